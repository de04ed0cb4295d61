package edition

import "seedbed/domain/fault"

// Missing tells what a draft still needs before it may be published, by the field of its plan.
func (b *Book) Missing(c Call) fault.Fields {
	if c.State != Draft {
		return nil
	}
	return fault.InFields(b.ready(c.Edition, c.Funds, b.clock.Now()))
}
