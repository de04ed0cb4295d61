package award

import "context"

// apart names who must step out while the panel votes again.
func (p RevotePage) apart(ctx context.Context) string {
	names := make([]string, len(p.Project.Apart))
	for i, s := range p.Project.Apart {
		names[i] = s.Name
	}
	return join(ctx, names)
}
