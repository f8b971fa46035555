// Lists the jobs, runs the one that is named, prints its log as it comes, and ends with its outcome.
//
// Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is not known.

using System.Text.RegularExpressions;
using TimeXtender.Jobs.Api;
using TimeXtender.Jobs.Client;
using TimeXtender.Jobs.Model;

internal static class RunJob
{
    // Nobody needs it faster, and a service may refuse it.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TroubleFor = TimeSpan.FromMinutes(5);

    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            return await Run(arguments.FirstOrDefault());
        }
        catch (Exception trouble) when (trouble is Trouble or ApiException || IsNetwork(trouble))
        {
            Console.Error.WriteLine($"error: {Plain(trouble.Message)}");
            return 2;
        }
    }

    private static async Task<int> Run(string? wanted)
    {
        var configuration = new Configuration { BasePath = Setting("TXJOBS_DOMAIN").TrimEnd('/') };
        configuration.AddApiKey("apiKey", Setting("TXJOBS_API_KEY"));
        // The key goes to this service alone.
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler);
        var jobsApi = new JobsApi(http, configuration, handler);
        var logsApi = new LogsApi(http, configuration, handler);

        List<Job> jobs = await jobsApi.ListJobsAsync() ?? throw new Trouble("the answer is not a list of jobs");
        foreach (Job each in jobs)
        {
            Console.WriteLine($"{each.Id}  {Plain(each.Name)}");
        }
        if (wanted is null)
        {
            return 0;
        }

        Job job = Only(jobs.Where(each => each.Name == wanted).ToList(), wanted);
        Guid triggerId = await Execute(jobsApi, job);
        Console.WriteLine($"started, trigger id {triggerId}");

        ExecutionState state = await Follow(logsApi, job, triggerId);
        Console.WriteLine($"outcome: {Words(state.ToString())}");
        return state is ExecutionState.StateCompleted or ExecutionState.StateCompletedWithWarnings ? 0 : 1;
    }

    /// <summary>Sends the request once: a second one may start a second run.</summary>
    private static async Task<Guid> Execute(JobsApi api, Job job)
    {
        string unclear =
            $"{job.Name} may have been started: look at its executions before you run it again";
        try
        {
            ExecuteJobResult? result = await api.ExecuteJobAsync(job.Id);
            return result?.TriggerId ?? throw new Trouble(unclear);
        }
        catch (Exception trouble) when (IsNetwork(trouble) || trouble is ApiException { ErrorCode: >= 500 })
        {
            throw new Trouble($"{unclear} ({trouble.Message})");
        }
    }

    /// <summary>
    /// Looks at the execution until its state is final. Only asking is repeated, and that changes nothing.
    /// </summary>
    private static async Task<ExecutionState> Follow(LogsApi api, Job job, Guid triggerId)
    {
        var printed = new HashSet<Guid>();
        DateTime wellAt = DateTime.UtcNow;
        while (true)
        {
            try
            {
                JobExecution? execution = await Look(api, job, triggerId);
                wellAt = DateTime.UtcNow;
                if (execution is not null)
                {
                    Print(execution, printed);
                    if (execution.State >= ExecutionState.StateCompleted)
                    {
                        return execution.State;
                    }
                }
            }
            catch (Exception trouble) when (MayPass(trouble) && DateTime.UtcNow - wellAt < TroubleFor)
            {
                // A short outage is no reason to lose sight of a run.
                Console.Error.WriteLine($"{Plain(trouble.Message)}; looking again");
            }
            await Task.Delay(LookEvery);
        }
    }

    /// <summary>The execution of this trigger id; none while the job is pending.</summary>
    private static async Task<JobExecution?> Look(LogsApi api, Job job, Guid triggerId)
    {
        try
        {
            List<JobExecution>? executions = await api.GetJobLogsByTriggerAsync(job.Id, triggerId);
            return (executions ?? throw new Trouble("the answer is not a list of executions")).FirstOrDefault();
        }
        catch (ApiException refused) when (refused.ErrorCode == 404)
        {
            return null;
        }
    }

    private static void Print(JobExecution execution, HashSet<Guid> printed)
    {
        // Their order is not promised. Without its Z a time sorts before the same second with a fraction.
        IEnumerable<JobExecutionLog> lines = (execution.JobExecutionLogs ?? new List<JobExecutionLog>())
            .OrderBy(line => (line.TimeStamp ?? "").TrimEnd('Z'), StringComparer.Ordinal);
        foreach (JobExecutionLog line in lines.Where(line => printed.Add(line.Id)))
        {
            string severity = Words(line.Severity.ToString());
            Console.WriteLine($"{Plain(line.TimeStamp ?? "-")}  {severity}  {Plain(line.Message)}");
        }
    }

    private static Job Only(List<Job> jobs, string name) => jobs.Count switch
    {
        0 => throw new Trouble($"there is no job called {name}"),
        1 => jobs[0],
        _ => throw new Trouble($"more than one job is called {name}"),
    };

    // A request that waits too long is canceled.
    private static bool IsNetwork(Exception trouble) => trouble is HttpRequestException or TaskCanceledException;

    private static bool MayPass(Exception trouble) =>
        IsNetwork(trouble) || trouble is ApiException { ErrorCode: 429 or >= 500 };

    /// <summary>What a server sends is text: nothing in it may move a terminal's cursor.</summary>
    private static string Plain(string text) => Regex.Replace(text, @"[\p{Cc}\p{Cf}]+", " ");

    /// <summary>
    /// "StateCompletedWithErrors" as "completed with errors": the first word is the kind of the name.
    /// </summary>
    private static string Words(string name) =>
        Regex.Replace(Regex.Replace(name, @"^(State|Severity)\B", ""), @"\B[A-Z]", " $0").ToLowerInvariant();

    private static string Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new Trouble($"{name} is not set");

    /// <summary>What is told to the user.</summary>
    private sealed class Trouble(string message) : Exception(message);
}
