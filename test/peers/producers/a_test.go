package producers

import "testing"

func TestOk(t *testing.T)   {}
func TestBad(t *testing.T)  { t.Error("no") }
func TestLeft(t *testing.T) { t.Skip("why") }
func TestSub(t *testing.T) {
	t.Run("a", func(t *testing.T) {})
	t.Run("b", func(t *testing.T) { t.Fatal("\x1b[31mred") })
}
