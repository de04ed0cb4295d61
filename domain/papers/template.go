package papers

import (
	"bytes"
	"context"
	"strings"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// What the template says; the workbook is in Chinese as the paper is: words:none.
var (
	templateName = "纸质申报书导入模板"
	faultsName   = "有问题的地方"
	notes        = []string{
		"怎么填",
		"1. 「申报书」这张表，一行是一份纸质申报书。带 * 的列一定要填，别的照纸上写的填，纸上没有就空着。",
		"2. 活动、预算、别处来的支持、成员各有一张表，用同一个「序号」和申报书对上。",
		"3. 有下拉列表的格子请从列表里选。序号写着「例」的行是例子，不会导入，可以删掉。",
		"4. 金额的单位是元，最多两位小数。日期写成 2026-07-20。",
		"5. 签了字的纸请逐份拍照或扫描，用序号起名字（1.jpg、2.pdf，一份有几页就写 2-1.jpg、2-2.jpg），压成一个 zip，和这个文件一起传；也可以导入以后再一份一份传。没有签字的纸，申报书不能提交。",
		"6. 先检查、后导入：有一处不对，就一份也不会导入。检查的结果会写在「原因」列里，改好再传。",
	}
	sampleMain = map[string]any{"序号": "例", "项目名称": "楼道口的旧衣改造坊", "领办人": "周桂兰", "手机号": "13900000000", "社区": "", "团队名称": "巧手队", "一句话介绍": "把旧衣改成布袋送给独居老人",
		"赛道": "居民团队", "项目类别": "邻里互助", "七彩服务": "邻里互助", "在哪里做": "社区活动室", "开始日期": "2026-07-20", "结束日期": "2026-12-01", "想解决的问题": "楼道里堆着旧衣服",
		"谁会受益": "老年人、全体居民", "怎么发现的": "自己生活里碰到的", "问过多少人": 30, "目标": "改出三百个布袋", "做法": "每周六一起缝", "活动场次": 8, "服务人次": 160, "受益人数": 60,
		"志愿者人数": 6, "满意度": 90, "自己出的钱": sheet.Money(0), "想成立组织吗": "暂时不想", "承诺都签了吗": "是", "收件时间": ""}
	sampleRows = map[string][]any{"活动": {"例", "缝纫课", 8, "每周六", "活动室", 20}, "预算": {"例", "活动物资", "布料和针线", sheet.Money(4000), 40, ""}, "别处来的支持": {"例", "街道工会", "东西、场地、人手（按市价折算）", sheet.Money(50000), "借用桌椅"}, "成员": {"例", "陈秀珍", "13900000001", "记账员", "会记账"}}
)

// Template writes the workbook to fill in, with the communities the actor may enter proposals for as a list.
func (b *Book) Template(ctx context.Context, by identity.Actor, editionID string) (Printed, error) {
	_, sight, err := reach(ctx, b.db, by, identity.ImportProposals, editionID)
	if err != nil {
		return Printed{}, err
	}
	known, err := communities(ctx, b.db, sight)
	if err != nil {
		return Printed{}, err
	}
	var out bytes.Buffer
	err = sheet.Write(&out, workbook(known.names, func(t tab, put func(...any) error) error {
		fields := sampleRows[t.name]
		if t.name == mainTab.name {
			for _, c := range t.columns {
				v := sampleMain[c.head]
				if c.head == placeHead && len(known.names) > 0 {
					v = known.names[0]
				}
				fields = append(fields, v)
			}
		}
		return put(fields...)
	}))
	return Printed{Name: templateName + ".xlsx", Body: out.Bytes()}, err
}

// workbook is the template's sheets with rows of somebody's choosing.
func workbook(places []string, rows func(t tab, put func(...any) error) error) []sheet.Tab {
	out := []sheet.Tab{}
	for _, t := range tabs {
		w := sheet.Tab{Name: t.name, Rows: func(put func(...any) error) error { return rows(t, put) }}
		for _, c := range t.columns {
			column := sheet.Column{Head: c.title(), Note: c.note, Wide: c.wide, Words: c.words}
			if c.field == "home" {
				column.Choices = places
			} else if c.field != "affected" { // several may be written there
				for _, choice := range c.choices {
					column.Choices = append(column.Choices, choice.Name)
				}
			}
			w.Columns = append(w.Columns, column)
		}
		out = append(out, w)
	}
	return append(out, sheet.Tab{Name: notesTab, Rows: func(put func(...any) error) error {
		for _, n := range notes {
			if err := put(n); err != nil {
				return err
			}
		}
		return nil
	}})
}

// marked is a workbook as it was sent, with a column that says what is wrong with each row.
func marked(pages []sheet.Page, faults []Fault, say func(fault.Message) string) ([]byte, error) {
	var out bytes.Buffer
	tabs := []sheet.Tab{}
	var loose []Fault
	for _, f := range faults {
		if f.Row == 0 {
			loose = append(loose, f)
		}
	}
	for _, p := range pages {
		name, told := p.Name, map[int]string{}
		if name == "" {
			name = mainTab.name
		}
		for _, f := range faults {
			if f.Row > 0 && (f.Sheet == name || mainOf(name, pages) && f.Sheet == mainTab.name || sameTab(f.Sheet, name)) {
				line := say(f.Message())
				if f.Column != "" {
					line = "「" + f.Column + "」" + line
				}
				told[f.Row] = strings.TrimPrefix(told[f.Row]+"\n"+line, "\n")
			}
		}
		tabs = append(tabs, markedTab(name, p, told))
	}
	if len(loose) > 0 {
		tabs = append(tabs, sheet.Tab{Name: faultsName, Rows: func(put func(...any) error) error {
			for _, f := range loose {
				if err := put("「" + f.Sheet + "」" + f.Value + " " + say(f.Message())); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	err := sheet.Write(&out, tabs)
	return out.Bytes(), err
}

func mainOf(name string, pages []sheet.Page) bool { return len(pages) == 1 && !mainTab.is(name) }

func sameTab(a, b string) bool {
	for _, t := range tabs {
		if t.name == a {
			return t.is(b)
		}
	}
	return false
}

// markedTab writes a page as it was, with the reasons in a column behind all others.
func markedTab(name string, p sheet.Page, told map[int]string) sheet.Tab {
	wide, had := 0, -1
	for _, fields := range p.Rows {
		wide = max(wide, len(fields))
	}
	if len(p.Rows) == 0 {
		return sheet.Tab{Name: name, Rows: func(func(...any) error) error { return nil }}
	}
	for i, head := range p.Rows[0] {
		if strings.HasPrefix(plain(head), reasons) {
			had = i // of the time before
		}
	}
	t := sheet.Tab{Name: name}
	for i := range wide {
		if i != had {
			head := ""
			if i < len(p.Rows[0]) {
				head = p.Rows[0][i]
			}
			t.Columns = append(t.Columns, sheet.Column{Head: head, Wide: 14, Words: true})
		}
	}
	if told[1] != "" {
		told[1] = "：" + told[1]
	}
	t.Columns = append(t.Columns, sheet.Column{Head: reasons + told[1], Wide: 40})
	t.Bad = len(t.Columns)
	t.Rows = func(put func(...any) error) error {
		for n, fields := range p.Rows[1:] {
			row := make([]any, 0, len(t.Columns))
			for i := range wide {
				if i == had {
					continue
				}
				v := any(nil)
				if i < len(fields) && fields[i] != "" {
					v = fields[i]
				}
				row = append(row, v)
			}
			if err := put(append(row, told[n+2])...); err != nil {
				return err
			}
		}
		return nil
	}
	return t
}

// known is the communities somebody may enter proposals for, by the names people write.
type known struct {
	names  []string            // as the list offers them
	byName map[string][]string // paths
}

func communities(ctx context.Context, q pg.Reader, sight []string) (known, error) {
	k := known{byName: map[string][]string{}}
	tree, err := place.Tree(ctx, q)
	if err != nil {
		return k, err
	}
	above := map[string]string{}
	for _, p := range tree {
		above[p.Path] = p.Name
	}
	for _, p := range tree {
		if p.Level != "community" || !within(p.Path, sight) {
			continue
		}
		street := above[place.Subdistrict(p.Path)]
		for _, name := range []string{p.Name, street + p.Name, p.Path} {
			k.byName[name] = append(k.byName[name], p.Path)
		}
		k.names = append(k.names, p.Name)
	}
	for i, name := range k.names {
		if len(k.byName[name]) > 1 { // two streets have one of that name
			path := k.byName[name][0]
			k.byName[name] = k.byName[name][1:]
			k.names[i] = above[place.Subdistrict(path)] + name
			k.byName[name] = append(k.byName[name], path)
		}
	}
	return k, nil
}
