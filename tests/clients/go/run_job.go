// Lists the jobs, runs the job with the given name, prints its log as it is written, and exits with its outcome.
//
// Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is unknown.
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
	pollInterval   = 2 * time.Second // a service may limit more frequent requests
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
	jobName := ""
	if len(os.Args) > 1 {
		jobName = os.Args[1]
	}
	code, err := run(jobName)
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %s\n", toPlainText(err.Error()))
		code = 2
	}
	os.Exit(code)
}

func run(jobName string) (int, error) {
	client, ctx, err := connect()
	if err != nil {
		return 2, err
	}
	list, response, err := client.JobsAPI.ListJobs(ctx).Execute()
	if err != nil {
		return 2, responseError(response, err)
	}
	matches := []jobs.Job{}
	for _, job := range list {
		fmt.Printf("%s  %s\n", job.Id, toPlainText(job.Name))
		if job.Name == jobName {
			matches = append(matches, job)
		}
	}
	switch {
	case jobName == "":
		return 0, nil
	case len(matches) == 0:
		return 2, fmt.Errorf("no job has the name %s", jobName)
	case len(matches) > 1:
		return 2, fmt.Errorf("more than one job has the name %s", jobName)
	}
	triggerID, err := execute(ctx, client, matches[0])
	if err != nil {
		return 2, err
	}
	fmt.Printf("started, trigger id %s\n", triggerID)
	state, err := waitForFinalState(ctx, client, matches[0], triggerID)
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
		// A redirect would send the key to another service.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	keys := map[string]jobs.APIKey{"apiKey": {Key: key}}
	return jobs.NewAPIClient(configuration), context.WithValue(context.Background(), jobs.ContextAPIKeys, keys), nil
}

// execute executes a job. It sends the request once, because a second request may start a second run.
func execute(ctx context.Context, client *jobs.APIClient, job jobs.Job) (string, error) {
	result, response, err := client.JobsAPI.ExecuteJob(ctx, job.Id).Execute()
	if err == nil {
		return result.TriggerId, nil
	}
	if response != nil && response.StatusCode >= 300 && response.StatusCode < 500 {
		return "", responseError(response, err)
	}
	return "", fmt.Errorf("%s may have been started: check its executions before you run it again (%w)", job.Name, err)
}

// waitForFinalState polls an execution until its state is final, prints its log, and returns the state.
func waitForFinalState(ctx context.Context, client *jobs.APIClient, job jobs.Job, triggerID string) (jobs.ExecutionState, error) {
	printed := map[string]bool{}
	lastSuccess := time.Now()
	for {
		executions, response, err := client.LogsAPI.GetJobLogsByTrigger(ctx, job.Id, triggerID).Execute()
		status := 0
		if response != nil {
			status = response.StatusCode
		}
		switch {
		case err == nil || status == http.StatusNotFound: // some servers respond with 404 while the job is pending
			lastSuccess = time.Now()
		case status >= 300 && status < 500 && status != http.StatusTooManyRequests, time.Since(lastSuccess) > maxOutage:
			return 0, responseError(response, err)
		default: // a short outage of the service does not affect the run
			fmt.Fprintf(os.Stderr, "%s; retrying\n", toPlainText(err.Error()))
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
	// The API does not guarantee an order. Without the Z, a time sorts before the same second with a fraction.
	sort.SliceStable(lines, func(i, j int) bool {
		return strings.TrimSuffix(lines[i].GetTimeStamp(), "Z") < strings.TrimSuffix(lines[j].GetTimeStamp(), "Z")
	})
	for _, line := range lines {
		if !printed[line.Id] {
			printed[line.Id] = true
			fmt.Printf("%s  %s  %s\n", toPlainText(line.GetTimeStamp()), severityNames[line.Severity], toPlainText(line.Message))
		}
	}
}

// responseError returns an error with the status and the message of a response.
func responseError(response *http.Response, err error) error {
	if response == nil {
		return err
	}
	// The body of an error can have any form.
	message := ""
	var apiError *jobs.GenericOpenAPIError
	if errors.As(err, &apiError) {
		if body, ok := apiError.Model().(jobs.ErrorBody); ok {
			message = body.Message
		}
	}
	return fmt.Errorf("the server responded with %d: %s", response.StatusCode, message)
}

var controlCharacters = regexp.MustCompile(`[\p{Cc}\p{Cf}]+`)

// toPlainText replaces control characters, because they could control the terminal.
func toPlainText(text string) string {
	return controlCharacters.ReplaceAllString(text, " ")
}
