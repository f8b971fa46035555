// Lists the jobs, runs the one that is named, prints its log as it comes, and ends with its outcome.
//
// Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is not known.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"sort"
	"strings"
	"time"

	jobs "run-job/client"
)

const (
	pollInterval   = 2 * time.Second // nobody needs it faster, and a service may refuse it
	maxOutage      = 5 * time.Minute
	requestTimeout = 60 * time.Second
)

var stateNames = map[jobs.ExecutionState]string{
	jobs.StateNone:                  "none",
	jobs.StateCreated:               "created",
	jobs.StateRunning:               "running",
	jobs.StateCompleted:             "completed",
	jobs.StateFailed:                "failed",
	jobs.StateCompletedWithErrors:   "completed with errors",
	jobs.StateCompletedWithWarnings: "completed with warnings",
}

var severityNames = map[jobs.Severity]string{
	jobs.SeverityInformation: "information",
	jobs.SeverityWarning:     "warning",
	jobs.SeverityError:       "error",
}

func main() {
	wanted := ""
	if len(os.Args) > 1 {
		wanted = os.Args[1]
	}
	code, err := run(wanted)
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %s\n", plain(err.Error()))
		code = 2
	}
	os.Exit(code)
}

func run(wanted string) (int, error) {
	client, ctx, err := connect()
	if err != nil {
		return 2, err
	}
	list, response, err := client.JobsAPI.ListJobs(ctx).Execute()
	if err != nil {
		return 2, explain(response, err)
	}
	fitting := []jobs.Job{}
	for _, job := range list {
		fmt.Printf("%s  %s\n", job.Id, plain(job.Name))
		if job.Name == wanted {
			fitting = append(fitting, job)
		}
	}
	switch {
	case wanted == "":
		return 0, nil
	case len(fitting) == 0:
		return 2, fmt.Errorf("there is no job called %s", wanted)
	case len(fitting) > 1:
		return 2, fmt.Errorf("more than one job is called %s", wanted)
	}
	triggerID, err := execute(ctx, client, fitting[0])
	if err != nil {
		return 2, err
	}
	fmt.Printf("started, trigger id %s\n", triggerID)
	state, err := follow(ctx, client, fitting[0], triggerID)
	if err != nil {
		return 2, err
	}
	fmt.Printf("outcome: %s\n", stateNames[state])
	if state == jobs.StateCompleted || state == jobs.StateCompletedWithWarnings {
		return 0, nil
	}
	return 1, nil
}

func connect() (*jobs.APIClient, context.Context, error) {
	domain, key := os.Getenv("TXJOBS_DOMAIN"), os.Getenv("TXJOBS_API_KEY")
	if domain == "" || key == "" {
		return nil, nil, errors.New("TXJOBS_DOMAIN and TXJOBS_API_KEY must be set")
	}
	configuration := jobs.NewConfiguration()
	configuration.Servers = jobs.ServerConfigurations{{URL: strings.TrimRight(domain, "/")}}
	configuration.HTTPClient = &http.Client{
		Timeout: requestTimeout,
		// The key goes to this service alone.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	keys := map[string]jobs.APIKey{"apiKey": {Key: key}}
	return jobs.NewAPIClient(configuration), context.WithValue(context.Background(), jobs.ContextAPIKeys, keys), nil
}

// execute sends the request once: a second one may start a second run.
func execute(ctx context.Context, client *jobs.APIClient, job jobs.Job) (string, error) {
	result, response, err := client.JobsAPI.ExecuteJob(ctx, job.Id).Execute()
	if err == nil {
		return result.TriggerId, nil
	}
	if response != nil && response.StatusCode >= 300 && response.StatusCode < 500 {
		return "", explain(response, err)
	}
	return "", fmt.Errorf("%s may have been started: look at its executions before you run it again (%w)", job.Name, err)
}

// follow asks for the execution until its state is final. Only asking is repeated, and that changes nothing.
func follow(ctx context.Context, client *jobs.APIClient, job jobs.Job, triggerID string) (jobs.ExecutionState, error) {
	printed := map[string]bool{}
	lastAnswer := time.Now()
	for {
		executions, response, err := client.LogsAPI.GetJobLogsByTrigger(ctx, job.Id, triggerID).Execute()
		status := 0
		if response != nil {
			status = response.StatusCode
		}
		switch {
		case err == nil || status == http.StatusNotFound: // some servers answer 404 while the job is pending
			lastAnswer = time.Now()
		case status >= 300 && status < 500 && status != http.StatusTooManyRequests, time.Since(lastAnswer) > maxOutage:
			return 0, explain(response, err)
		default: // a short outage is no reason to lose sight of a run
			fmt.Fprintf(os.Stderr, "%s; asking again\n", plain(err.Error()))
		}
		if err == nil && len(executions) > 0 {
			printLog(executions[0], printed)
			if executions[0].State >= jobs.StateCompleted {
				return executions[0].State, nil
			}
		}
		time.Sleep(pollInterval)
	}
}

func printLog(execution jobs.JobExecution, printed map[string]bool) {
	lines := execution.JobExecutionLogs
	// Their order is not promised. Without its Z a time sorts before the same second with a fraction.
	sort.SliceStable(lines, func(i, j int) bool {
		return strings.TrimSuffix(lines[i].GetTimeStamp(), "Z") < strings.TrimSuffix(lines[j].GetTimeStamp(), "Z")
	})
	for _, line := range lines {
		if !printed[line.Id] {
			printed[line.Id] = true
			fmt.Printf("%s  %s  %s\n", plain(line.GetTimeStamp()), severityNames[line.Severity], plain(line.Message))
		}
	}
}

func explain(response *http.Response, err error) error {
	if response == nil {
		return err
	}
	// Nobody has promised what an error's body looks like.
	message := ""
	var refused *jobs.GenericOpenAPIError
	if errors.As(err, &refused) {
		if body, ok := refused.Model().(jobs.ErrorBody); ok {
			message = body.Message
		}
	}
	return fmt.Errorf("the server answers %d: %s", response.StatusCode, message)
}

var controls = regexp.MustCompile(`[\p{Cc}\p{Cf}]+`)

// plain makes text of what a server sends: nothing in it may move a terminal's cursor.
func plain(text string) string {
	return controls.ReplaceAllString(text, " ")
}
