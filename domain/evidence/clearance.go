package evidence

import "seedbed/domain/fault"

// Clearance is what staff have made sure of before a photo may be public (DOMAIN §11.3), whatever it is a photo of.
type Clearance struct {
	NoMinors bool `form:"no_minors"` // no children, or their guardians agreed
	Agreed   bool `form:"agreed"`    // who can be recognised agreed
	Private  bool `form:"private"`   // no address, papers, card or medical record to be read
}

// Check refuses a photo while one of the three is not made sure of.
func (c Clearance) Check() error {
	if !c.NoMinors || !c.Agreed || !c.Private {
		return fault.New(fault.Invalid, "三项都确认了才能公开这张照片")
	}
	return nil
}
