package delivery

import (
	"fmt"
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
)

// Part is one part of a review with the most points it can bring.
type Part struct {
	Name string
	Most int
}

// Parts lists the parts of each review; they add up to 100 (DOMAIN §9.5, §9.6).
var Parts = map[string][]Part{
	Mid:   {{"实施进度", 40}, {"人员物资", 15}, {"经费使用", 25}, {"阶段成效", 20}},
	Final: {{"产出与协议对照", 30}, {"效果与满意度", 20}, {"居民参与和组织成长", 15}, {"经费", 25}, {"档案齐全", 10}},
}

// The reviews.
const (
	Mid   = "mid"
	Final = "final"
)

// Vetoes lists what fails a project whatever its marks (DOMAIN §9.6).
var Vetoes = []edition.Choice{{Code: "false_activity", Name: "虚假活动"}, {Code: "forged_voucher", Name: "伪造票据"}, {Code: "negligence", Name: "疏忽造成安全事故"},
	{Code: "misuse", Name: "经费用作他途"}, {Code: "refused_inspection", Name: "拒绝检查"}}

// noActivity fails a project that has nothing verified to show (DOMAIN §18-22); the house finds it, nobody ticks it.
const noActivity = "no_activity"

// VetoName is the name of a veto.
func VetoName(code string) string {
	if code == noActivity {
		return "没有一场核验通过的活动"
	}
	return edition.NameOf(Vetoes, code)
}

// NewMarks is one reviewer's sheet, in points by part; M5 is only of a final review.
type NewMarks struct {
	M1      string `form:"m1"`
	M2      string `form:"m2"`
	M3      string `form:"m3"`
	M4      string `form:"m4"`
	M5      string `form:"m5"`
	Comment string `form:"comment"`
}

// points reads the sheet.
func (n NewMarks) points(kind string) ([]int, fault.Fields) {
	var wrong fault.Fields
	typed := []string{n.M1, n.M2, n.M3, n.M4, n.M5}
	marks := make([]int, 0, len(typed))
	for i, part := range Parts[kind] {
		m, err := strconv.Atoi(typed[i])
		switch field := "m" + strconv.Itoa(i+1); {
		case typed[i] == "":
			wrong.Add(field, "请给这一项打分，0 到 %d 分", part.Most)
		case err != nil || m < 0 || m > part.Most:
			wrong.Add(field, "这一项是 0 到 %d 分的整数", part.Most)
		}
		marks = append(marks, m)
	}
	return marks, wrong
}

// total is a sheet's sum in hundredths of a point.
func total(marks []int) int {
	sum := 0
	for _, m := range marks {
		sum += m * 100
	}
	return sum
}

// mean is the average of sheets in hundredths of a point, half rounded up.
func mean(totals []int) int {
	if len(totals) == 0 {
		return 0
	}
	sum, n := 0, len(totals)
	for _, t := range totals {
		sum += t
	}
	return (2*sum + n) / (2 * n)
}

// Grades of a final review.
const (
	Excellent = "优秀"
	Good      = "良好"
	Fair      = "合格"
	Unfit     = "不合格"
)

// grade names a score; a veto makes any score unfit.
func grade(score, pass int, vetoed bool) string {
	switch {
	case vetoed || score < pass:
		return Unfit
	case score >= 90_00:
		return Excellent
	case score >= 80_00:
		return Good
	default:
		return Fair
	}
}

// Points shows a score in hundredths the way people read it: 88.50.
func Points(score int) string {
	return fmt.Sprintf("%d.%02d", score/100, score%100)
}
