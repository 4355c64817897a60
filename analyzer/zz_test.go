package analyzer_test
import ("testing";"fmt";"sort";"maps";"slices";"strings")
func TestZZ(t *testing.T){
 c:=map[string]int{}
 ex:=map[string]string{}
 for _,p:=range oraclePairs(t){ g:=graphOfFile(t,p.sam)
  for _,e:=range g.Edges{ fk,tk:="?","?"; if e.From!=nil{fk=string(e.From.Kind)}; if e.To!=nil{tk=string(e.To.Kind)}
   k:=fmt.Sprintf("%s %s %s %s %s",fk,e.Relation,tk,e.Basis,spell(e.Attrs["mode"])); c[k]++; ex[k]=e.ID+" "+strings.Join(slices.Sorted(maps.Keys(e.Attrs)),",")}}
 var ks []string; for k:=range c{ks=append(ks,k)}; sort.Strings(ks)
 for _,k:=range ks{ fmt.Printf("%5d %s   eg %.140s\n",c[k],k,ex[k])}
}
