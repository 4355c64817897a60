package cloudformation
import ("testing";"os";"path/filepath";"encoding/json";"bufio";"fmt";"time"
"github.com/serverlens/serverlens/parsers/source")
func TestProbe(t *testing.T){
 f,_:=os.Open("/tmp/corpus/labels.jsonl"); sc:=bufio.NewScanner(f); sc.Buffer(nil,1<<20)
 n,bad:=0,0; var total time.Duration
 for sc.Scan(){ var l struct{Repo,Path,Format string}; json.Unmarshal(sc.Bytes(),&l)
  if l.Format=="terraform"{continue}
  n++
  tree,err:=source.OpenTree(filepath.Join("/tmp/corpus",l.Repo),0); if err!=nil{t.Fatal(err)}
  b:=time.Now()
  s,ok:=Load(tree,l.Path,Options{})
  total+=time.Since(b)
  if !ok{t.Error("not ok",l.Path)}
  for _,p:=range s.Problems{ fmt.Println(p); if p.Severity==source.Error{bad++}}
  tree.Close()
 }
 fmt.Println(n,bad,total)
}
