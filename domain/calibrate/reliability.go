package calibrate

// Reliability says how far judges agree: intraclass correlations (Shrout and Fleiss 1979) and Krippendorff's α for intervals,
// each NaN-free: Known tells whether there were enough sheets.
type Reliability struct {
	Known                  bool
	Complete               bool    // every judge marked every project: by analysis of variance, else by the model's variances
	K                      float64 // sheets of a project, on average
	ICC1, ICC2, ICC3       float64
	ICC1K, ICC2K, ICC3K    float64
	Alpha                  float64
	AlphaKnown             bool
	between, within, resid float64 // mean squares
	judges                 float64
}

// reliability works out what needs no model.
func (d *data) reliability() Reliability {
	r := Reliability{}
	r.alpha(d)
	n, k := float64(len(d.projects)), float64(len(d.judges))
	total := float64(len(d.cells))
	if len(d.projects) < 2 || len(d.cells) <= len(d.projects) {
		return r
	}
	r.Known, r.Complete = true, len(d.cells) == len(d.projects)*len(d.judges) && len(d.judges) > 1
	between, within, squares, grand := 0.0, 0.0, 0.0, 0.0
	for _, c := range d.cells {
		grand += c.y / total
	}
	for _, list := range d.byProject {
		mean := d.mean(list)
		size := float64(len(list))
		squares += size * size
		between += size * (mean - grand) * (mean - grand)
		for _, i := range list {
			within += (d.cells[i].y - mean) * (d.cells[i].y - mean)
		}
	}
	r.K = (total - squares/total) / (n - 1)
	r.between, r.within = between/(n-1), within/(total-n)
	r.ICC1 = share(r.between-r.within, r.between+(r.K-1)*r.within)
	r.ICC1K = share(r.between-r.within, r.between)
	if r.Complete {
		judges := 0.0
		for _, list := range d.byJudge {
			mean := d.mean(list)
			judges += n * (mean - grand) * (mean - grand)
		}
		r.judges = judges / (k - 1)
		r.resid = (within - judges) / ((n - 1) * (k - 1))
		r.ICC2 = share(r.between-r.resid, r.between+(k-1)*r.resid+k*(r.judges-r.resid)/n)
		r.ICC2K = share(r.between-r.resid, r.between+(r.judges-r.resid)/n)
		r.ICC3 = share(r.between-r.resid, r.between+(k-1)*r.resid)
		r.ICC3K = share(r.between-r.resid, r.between)
	}
	return r
}

// complete fills in, from the model's variances, what an incomplete table leaves open.
func (r *Reliability) complete(m *model) {
	if !r.Known || r.Complete {
		return
	}
	r.ICC2, r.ICC2K = share(m.q, m.q+m.b+m.e), share(m.q, m.q+(m.b+m.e)/r.K)
	r.ICC3, r.ICC3K = share(m.q, m.q+m.e), share(m.q, m.q+m.e/r.K)
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

func (d *data) mean(list []int) float64 {
	sum := 0.0
	for _, i := range list {
		sum += d.cells[i].y
	}
	return sum / float64(len(list))
}

// alpha is Krippendorff's α: one less the disagreement within projects over the one among all marks, projects with a single
// sheet left out.
func (r *Reliability) alpha(d *data) {
	n, sum, squares, seen := 0.0, 0.0, 0.0, 0.0
	for _, list := range d.byProject {
		if len(list) < 2 {
			continue
		}
		m, s, ss := float64(len(list)), 0.0, 0.0
		for _, i := range list {
			s += d.cells[i].y
			ss += d.cells[i].y * d.cells[i].y
		}
		seen += 2 * (m*ss - s*s) / (m - 1)
		n, sum, squares = n+m, sum+s, squares+ss
	}
	if n < 2 {
		return
	}
	if expected := 2 * (n*squares - sum*sum) / (n - 1); expected > 1e-9 {
		r.Alpha, r.AlphaKnown = 1-seen/expected, true
	}
}
