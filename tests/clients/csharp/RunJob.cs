// Lists the jobs, runs the job with the given name, prints its log as it is written, and exits with its outcome.
//
// Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is unknown.

using System.Text.RegularExpressions;
using TimeXtender.Jobs.Api;
using TimeXtender.Jobs.Client;
using TimeXtender.Jobs.Model;

internal static class RunJob
{
    // A service may limit more frequent requests.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxOutage = TimeSpan.FromMinutes(5);

    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            return await Run(arguments.FirstOrDefault());
        }
        catch (Exception error) when (error is JobException or ApiException || IsTransportError(error))
        {
            Console.Error.WriteLine($"error: {ToPlainText(error.Message)}");
            return 2;
        }
    }

    private static async Task<int> Run(string? jobName)
    {
        var configuration = new Configuration { BasePath = GetVariable("TXJOBS_DOMAIN").TrimEnd('/') };
        configuration.AddApiKey("apiKey", GetVariable("TXJOBS_API_KEY"));
        // A redirect would send the key to another service.
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler);
        var jobsApi = new JobsApi(http, configuration, handler);
        var logsApi = new LogsApi(http, configuration, handler);

        List<Job> jobs = await jobsApi.ListJobsAsync() ?? throw new JobException("the response is not a list of jobs");
        foreach (Job listed in jobs)
        {
            Console.WriteLine($"{listed.Id}  {ToPlainText(listed.Name)}");
        }
        if (jobName is null)
        {
            return 0;
        }

        Job job = FindJob(jobs, jobName);
        Guid triggerId = await Execute(jobsApi, job);
        Console.WriteLine($"started, trigger id {triggerId}");

        ExecutionState state = await WaitForFinalState(logsApi, job, triggerId);
        Console.WriteLine($"outcome: {ToWords(state.ToString())}");
        return state is ExecutionState.StateCompleted or ExecutionState.StateCompletedWithWarnings ? 0 : 1;
    }

    /// <summary>Executes a job. Sends the request once, because a second request may start a second run.</summary>
    private static async Task<Guid> Execute(JobsApi api, Job job)
    {
        string unknownOutcome =
            $"{job.Name} may have been started: check its executions before you run it again";
        try
        {
            ExecuteJobResult? result = await api.ExecuteJobAsync(job.Id);
            return result?.TriggerId ?? throw new JobException(unknownOutcome);
        }
        catch (Exception error) when (IsTransportError(error) || error is ApiException { ErrorCode: >= 500 })
        {
            throw new JobException($"{unknownOutcome} ({error.Message})");
        }
    }

    /// <summary>
    /// Polls an execution until its state is final, prints its log, and returns the state.
    /// </summary>
    private static async Task<ExecutionState> WaitForFinalState(LogsApi api, Job job, Guid triggerId)
    {
        var printed = new HashSet<Guid>();
        DateTime lastSuccess = DateTime.UtcNow;
        while (true)
        {
            try
            {
                JobExecution? execution = await GetExecution(api, job, triggerId);
                lastSuccess = DateTime.UtcNow;
                if (execution is not null)
                {
                    PrintLog(execution, printed);
                    if (execution.State >= ExecutionState.StateCompleted)
                    {
                        return execution.State;
                    }
                }
            }
            catch (Exception error) when (IsTransient(error) && DateTime.UtcNow - lastSuccess < MaxOutage)
            {
                // A short outage of the service does not affect the run.
                Console.Error.WriteLine($"{ToPlainText(error.Message)}; retrying");
            }
            await Task.Delay(PollInterval);
        }
    }

    /// <summary>Returns the execution with this trigger id, or null while the job is pending.</summary>
    private static async Task<JobExecution?> GetExecution(LogsApi api, Job job, Guid triggerId)
    {
        try
        {
            List<JobExecution>? executions = await api.GetJobLogsByTriggerAsync(job.Id, triggerId);
            return (executions ?? throw new JobException("the response is not a list of executions")).FirstOrDefault();
        }
        catch (ApiException error) when (error.ErrorCode == 404)
        {
            return null;
        }
    }

    private static void PrintLog(JobExecution execution, HashSet<Guid> printed)
    {
        // The API does not guarantee an order. Without the Z, a time sorts before the same second with a fraction.
        IEnumerable<JobExecutionLog> lines = (execution.JobExecutionLogs ?? new List<JobExecutionLog>())
            .OrderBy(line => (line.TimeStamp ?? "").TrimEnd('Z'), StringComparer.Ordinal);
        foreach (JobExecutionLog line in lines.Where(line => printed.Add(line.Id)))
        {
            string severity = ToWords(line.Severity.ToString());
            Console.WriteLine($"{ToPlainText(line.TimeStamp ?? "-")}  {severity}  {ToPlainText(line.Message)}");
        }
    }

    private static Job FindJob(List<Job> jobs, string name)
    {
        List<Job> matches = jobs.Where(job => job.Name == name).ToList();
        return matches.Count switch
        {
            0 => throw new JobException($"no job has the name {name}"),
            1 => matches[0],
            _ => throw new JobException($"more than one job has the name {name}"),
        };
    }

    // HttpClient reports a time-out as TaskCanceledException.
    private static bool IsTransportError(Exception error) => error is HttpRequestException or TaskCanceledException;

    private static bool IsTransient(Exception error) =>
        IsTransportError(error) || error is ApiException { ErrorCode: 429 or >= 500 };

    /// <summary>Replaces control characters, because they could control the terminal.</summary>
    private static string ToPlainText(string text) => Regex.Replace(text, @"[\p{Cc}\p{Cf}]+", " ");

    /// <summary>
    /// Converts "StateCompletedWithErrors" to "completed with errors": the first word is the enumeration.
    /// </summary>
    private static string ToWords(string name) =>
        Regex.Replace(Regex.Replace(name, @"^(State|Severity)\B", ""), @"\B[A-Z]", " $0").ToLowerInvariant();

    private static string GetVariable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new JobException($"{name} is not set");

    /// <summary>An error whose message is for the user.</summary>
    private sealed class JobException(string message) : Exception(message);
}
