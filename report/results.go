package report

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/report/measure"
)

// number is a float64 that becomes null where JSON has none.
type number float64

// MarshalJSON writes NaN and infinities as null.
func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// results are what the page shows and report.json holds.
type results struct {
	Model       modelFacts     `json:"model"`
	Folder      string         `json:"folder"`
	Pictures    int            `json:"pictures"`
	Accuracy    number         `json:"accuracy"`
	LogLoss     number         `json:"log_loss"`
	MeanROC     number         `json:"mean_roc_auc"`
	Classes     []classFacts   `json:"classes"`
	Macro       scoreFacts     `json:"macro"`
	Weighted    scoreFacts     `json:"weighted"`
	Confusion   [][]int        `json:"confusion"`
	Shares      [][]number     `json:"confusion_shares"`
	Pairs       []pairFacts    `json:"confused_pairs"`
	Mistakes    int            `json:"mistakes"`
	Worst       []mistakeFacts `json:"worst"`
	Calibration calibration    `json:"calibration"`
	Learning    *Verdict       `json:"learning,omitempty"`
	History     *lince.History `json:"history,omitempty"`
	Unread      []unread       `json:"unread,omitempty"`
	Check       *images.Report `json:"check,omitempty"`
	Repeat      string         `json:"repeat,omitempty"`
	Settings    any            `json:"settings,omitempty"`
	Command     string         `json:"command,omitempty"`
	Version     string         `json:"version,omitempty"`
	Made        time.Time      `json:"made"`
}

type modelFacts struct {
	File       string   `json:"file"`
	Name       string   `json:"name"`
	Classes    []string `json:"classes"`
	Parameters int      `json:"parameters"`
	Summary    string   `json:"summary"`
	Prepared   any      `json:"preprocessing"`
}

type scoreFacts struct {
	Precision number `json:"precision"`
	Recall    number `json:"recall"`
	F1        number `json:"f1"`
	Support   int    `json:"support"`
}

type classFacts struct {
	Name string `json:"name"`
	scoreFacts
	ROC              number `json:"roc_auc"`
	AveragePrecision number `json:"average_precision"`
}

type pairFacts struct {
	True      string `json:"true"`
	Predicted string `json:"predicted"`
	Count     int    `json:"count"`
	Share     number `json:"share"`
}

type mistakeFacts struct {
	File       string `json:"file"`
	True       string `json:"true"`
	Predicted  string `json:"predicted"`
	Confidence number `json:"confidence"`
	Given      number `json:"given"`
}

type unread struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

type calibration struct {
	ECE    number `json:"ece"`
	MCE    number `json:"mce"`
	Method string `json:"method"`
	Bins   []bin  `json:"bins"`
}

type bin struct {
	Low        number `json:"low"`
	High       number `json:"high"`
	Count      int    `json:"count"`
	Confidence number `json:"confidence"`
	Accuracy   number `json:"accuracy"`
}

// prepared is a report with everything measured and nothing written.
type prepared struct {
	*Report
	results  results
	roc      []measure.Curve // by class
	recall   []measure.Curve
	mistakes []Mistake
}

func (r *Report) prepare(ctx context.Context) (*prepared, error) {
	switch {
	case r.Model == nil || r.Evaluation == nil:
		return nil, fmt.Errorf("report: Model and Evaluation are needed; make the second by Evaluate")
	case !r.Model.Built():
		return nil, fmt.Errorf("report: the model does not know its shapes yet; predict with it first")
	}
	if err := r.Evaluation.check(); err != nil {
		return nil, err
	}
	p := &prepared{Report: r}
	p.describe()
	for _, part := range []func() error{p.measureClasses, p.measureConfusion, p.measureCalibration} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := part(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// describe fills in what needs no measuring.
func (p *prepared) describe() {
	e, out := p.Evaluation, &p.results
	out.Model = modelFacts{
		File: p.File, Name: p.Model.Name(), Classes: e.Classes, Parameters: p.Model.Parameters(),
		Summary: p.Model.Summary(), Prepared: p.Model.Preprocessing,
	}
	out.Folder, out.Pictures, out.Check = p.Folder, len(e.Labels), p.Check
	out.Repeat, out.Command, out.Version, out.Made = p.Repeat, p.Command, p.Version, p.Made
	if out.Made.IsZero() {
		out.Made = time.Now().UTC().Truncate(time.Second)
	}
	if p.Settings != nil {
		out.Settings = p.Settings
	}
	if p.History != nil && len(p.History.Epochs) > 0 {
		verdict := Judge(p.History, p.circumstances())
		out.History, out.Learning = p.History, &verdict
	}
	for _, bad := range e.Skipped {
		out.Unread = append(out.Unread, unread{bad.File, bad.Err.Error()})
	}
}

// measureClasses fills in the curves of each class against all others.
func (p *prepared) measureClasses() error {
	e, out := p.Evaluation, &p.results
	loss, err := measure.LogLoss(e.Labels, clipped(e.Probabilities))
	if err != nil {
		return err
	}
	out.LogLoss = number(loss)
	total, count := 0.0, 0
	for class, name := range e.Classes {
		roc, err := e.ROC(class)
		if err != nil {
			return err
		}
		recall, err := e.PrecisionRecall(class)
		if err != nil {
			return err
		}
		p.roc, p.recall = append(p.roc, roc), append(p.recall, recall)
		out.Classes = append(out.Classes, classFacts{Name: name, ROC: number(roc.Area), AveragePrecision: number(recall.Area)})
		if !math.IsNaN(roc.Area) {
			total, count = total+roc.Area, count+1
		}
	}
	out.MeanROC = number(total / float64(count))
	return nil
}

// clipped takes the roundings of float32 off probabilities above 1.
func clipped(rows [][]float64) [][]float64 {
	result := make([][]float64, len(rows))
	for i, row := range rows {
		result[i] = make([]float64, len(row))
		for j, p := range row {
			result[i][j] = min(p, 1)
		}
	}
	return result
}

func (p *prepared) measureConfusion() error {
	e, out := p.Evaluation, &p.results
	counts, err := e.Confusion()
	if err != nil {
		return err
	}
	scores := counts.Scores()
	for i, s := range scores.Classes {
		out.Classes[i].scoreFacts = factsOf(s)
	}
	out.Accuracy, out.Macro, out.Weighted = number(scores.Accuracy), factsOf(scores.Macro), factsOf(scores.Weighted)
	out.Confusion = counts
	for _, row := range counts.Shares() {
		shares := make([]number, len(row))
		for j, share := range row {
			shares[j] = number(share)
		}
		out.Shares = append(out.Shares, shares)
	}
	out.Pairs, out.Worst = []pairFacts{}, []mistakeFacts{}
	for _, pair := range counts.Pairs() {
		out.Pairs = append(out.Pairs, pairFacts{e.Classes[pair.True], e.Classes[pair.Predicted], pair.Count, number(pair.Share)})
	}
	mistakes := e.Mistakes()
	out.Mistakes = len(mistakes)
	p.mistakes = mistakes[:min(len(mistakes), p.worst())]
	for _, m := range p.mistakes {
		out.Worst = append(out.Worst, mistakeFacts{m.File, e.Classes[m.True], e.Classes[m.Predicted], number(m.Confidence), number(m.Given)})
	}
	return nil
}

func factsOf(s measure.Score) scoreFacts {
	return scoreFacts{number(s.Precision), number(s.Recall), number(s.F1), s.Support}
}

func (p *prepared) measureCalibration() error {
	c, err := p.Evaluation.Calibration(p.bins())
	if err != nil {
		return err
	}
	out := &p.results.Calibration
	out.ECE, out.MCE = number(c.ECE), number(c.MCE)
	out.Method = fmt.Sprintf("%d bins of equal width over the probability of the predicted class, lower bounds excluded; "+
		"ECE is the mean gap between accuracy and confidence over the bins, each counting by its pictures", p.bins())
	for _, b := range c.Bins {
		out.Bins = append(out.Bins, bin{number(b.Low), number(b.High), b.Count, number(b.Confidence), number(b.Accuracy)})
	}
	return nil
}

// leaks counts what the check found of a kind.
func (r results) leaks() int {
	count := 0
	if r.Check != nil {
		for _, finding := range r.Check.Findings {
			if finding.Kind == "leak" {
				count++
			}
		}
	}
	return count
}

// summary says the most important things in a line or two.
func (r results) summary() string {
	var b strings.Builder
	right := r.Pictures - r.Mistakes
	fmt.Fprintf(&b, "%d of %d pictures are right, %.1f %%. ", right, r.Pictures, 100*float64(r.Accuracy))
	if len(r.Pairs) > 0 {
		pair := r.Pairs[0]
		fmt.Fprintf(&b, "Most often %s is taken for %s, %s. ", pair.True, pair.Predicted, times(pair.Count))
	}
	if n := r.leaks(); n > 0 {
		fmt.Fprintf(&b, "Beware: %d pictures are among those it was trained on, so this is better than it would be on new ones.", n)
	}
	return strings.TrimSpace(b.String())
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
