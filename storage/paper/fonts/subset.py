import sys, os
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.subset import Subsetter, Options
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
wqy, noto, out = sys.argv[1:4]
def opts():
    o = Options(); o.hinting=False; o.layout_features=[]; o.name_IDs=['*']; o.notdef_outline=True; o.glyph_names=False
    o.drop_tables += ['FFTM','GDEF','GPOS','GSUB','vhea','vmtx','VORG','BASE','DSIG','gasp']
    return o
body = TTCollection(wqy).fonts[0]
have = set(body.getBestCmap())
keep = {c for c in have if not (0xAC00<=c<=0xD7A3 or 0x1100<=c<=0x11FF or 0x3130<=c<=0x318F)}
s = Subsetter(opts()); s.populate(unicodes=keep); s.subset(body); body.save(os.path.join(out,'body.ttf'))
rare = [f for f in TTCollection(noto).fonts if f['name'].getDebugName(4)=='Noto Sans CJK SC'][0]
cm = set(rare.getBestCmap())
want = {c for c in cm if c not in have and (0x2E80<=c<=0x2FDF or 0x3400<=c<=0x4DBF or 0x4E00<=c<=0x9FFF or 0xF900<=c<=0xFAFF or 0x20000<=c<=0x323AF or 0x2000<=c<=0x2BFF or 0x3000<=c<=0x33FF or 0x80<=c<=0x4FF or 0x1F000<=c<=0x1FFFF)}
s = Subsetter(opts()); s.populate(unicodes=want); s.subset(rare)
gs = rare.getGlyphSet(); order = rare.getGlyphOrder(); glyphs={}
for n in order:
    p = TTGlyphPen(gs); gs[n].draw(Cu2QuPen(p, 1.0, reverse_direction=True)); glyphs[n]=p.glyph()
rare['loca']=newTable('loca'); g=rare['glyf']=newTable('glyf'); g.glyphOrder=order; g.glyphs=glyphs
for n in order: g[n].recalcBounds(g)
for n in order:
    w,_=rare['hmtx'][n]; rare['hmtx'][n]=(w, getattr(g[n],'xMin',0))
m=rare['maxp']; m.tableVersion=0x00010000
for k in 'maxZones maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements maxSizeOfInstructions maxComponentElements'.split(): setattr(m,k,0)
m.maxZones=1
m.maxComponentDepth=0
rare['post'].formatType=3.0
del rare['CFF ']; rare.sfntVersion='\0\1\0\0'
rare.save(os.path.join(out,'rare.ttf'))
print(len(keep), len(want))
