#requires -Version 7

<#
.SYNOPSIS
Lists the jobs, runs the job with the given name, prints its log as it is written, and exits with its outcome.

.DESCRIPTION
Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is unknown.
#>
param([string] $Name)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'client/src/TimeXtenderJobs/TimeXtenderJobs.psm1')

# The generated enumerations count from 0, but the numbers of ExecutionState start at -1.
# The tables have the numbers of the contract.
$ExecutionState = @{
    -1 = 'StateNone'
    0  = 'StateCreated'
    1  = 'StateRunning'
    2  = 'StateCompleted'
    3  = 'StateFailed'
    4  = 'StateCompletedWithErrors'
    5  = 'StateCompletedWithWarnings'
}
$Severity = @{
    0 = 'SeverityInformation'
    1 = 'SeverityWarning'
    2 = 'SeverityError'
}
$FirstFinalState = 2
$SuccessfulStates = 'StateCompleted', 'StateCompletedWithWarnings'

# In seconds. A service may limit more frequent requests.
$PollInterval = 2
$MaxOutage = New-TimeSpan -Minutes 5

function Get-EnvironmentVariable([string] $Variable) {
    $value = [Environment]::GetEnvironmentVariable($Variable)
    if (-not $value) { throw "$Variable is not set" }
    $value
}

# Replaces control characters, because they could control the terminal.
function ConvertTo-PlainText([string] $Text) {
    $Text -replace '[\p{Cc}\p{Cf}]+', ' '
}

# Converts a number to words: 4 to "completed with errors". An unknown number stays a number.
function ConvertTo-Words([hashtable] $Names, $Number) {
    # Numbers from JSON are Int64, and the keys are Int32. The first word of a name is the enumeration.
    $word = $Names[[int] $Number] -creplace '^(State|Severity)\B', ''
    if ($word) { ($word -creplace '\B[A-Z]', ' $0').ToLowerInvariant() } else { "number $Number" }
}

# Returns the status of the response, or 0 if there was none.
function Get-Status($ErrorRecord) {
    [int] $ErrorRecord.Exception.Response.StatusCode
}

# Executes a job. Sends the request once, because a second request may start a second run.
function Start-JobOnce($Job) {
    try {
        (Start-TXJob -JobId $Job.Id).TriggerId
    } catch {
        $status = Get-Status $_
        if ($status -ge 400 -and $status -lt 500) { throw }
        throw "$($Job.Name) may have been started: check its executions before you run it again ($_)"
    }
}

# Returns the execution with this trigger id, or nothing while the job is pending.
function Get-Execution($Job, [string] $TriggerId) {
    try {
        Get-TXJobLogsByTrigger -JobId $Job.Id -TriggerId $TriggerId | Select-Object -First 1
    } catch {
        if ((Get-Status $_) -ne 404) { throw }
    }
}

function Write-Log($Execution, [System.Collections.Generic.HashSet[string]] $Printed) {
    # The API does not guarantee an order.
    foreach ($line in $Execution.JobExecutionLogs | Sort-Object -Stable -Property TimeStamp) {
        if ($Printed.Add($line.Id)) {
            $words = ConvertTo-Words $Severity $line.Severity
            Write-Host ('{0:o}  {1}  {2}' -f $line.TimeStamp, $words, (ConvertTo-PlainText $line.Message))
        }
    }
}

# Polls an execution until its state is final, writes its log, and returns the execution.
function Wait-Execution($Job, [string] $TriggerId) {
    $printed = [System.Collections.Generic.HashSet[string]]::new()
    $lastSuccess = Get-Date
    while ($true) {
        try {
            $execution = Get-Execution $Job $TriggerId
            $lastSuccess = Get-Date
            if ($execution) {
                Write-Log $execution $printed
                if ($execution.State -ge $FirstFinalState) { return $execution }
            }
        } catch {
            # A short outage of the service does not affect the run.
            $status = Get-Status $_
            $isRejected = $status -ge 300 -and $status -lt 500 -and $status -ne 429
            if ($isRejected -or (Get-Date) - $lastSuccess -gt $MaxOutage) { throw }
            [Console]::Error.WriteLine("$(ConvertTo-PlainText "$_"); retrying")
        }
        Start-Sleep -Seconds $PollInterval
    }
}

try {
    Set-TXConfiguration -BaseUrl (Get-EnvironmentVariable 'TXJOBS_DOMAIN').TrimEnd('/')
    Set-TXConfigurationApiKey -Id 'apiKey' -ApiKey (Get-EnvironmentVariable 'TXJOBS_API_KEY')
    & (Get-Module TimeXtenderJobs) {
        # A redirect would send the key to another service.
        $PSDefaultParameterValues['Invoke-WebRequest:MaximumRedirection'] = 0
        $PSDefaultParameterValues['Invoke-WebRequest:TimeoutSec'] = 60
    }

    # The command returns $null for an empty list.
    $jobs = @(Get-TXJobs | Where-Object { $_ })
    foreach ($job in $jobs) { Write-Host "$($job.Id)  $(ConvertTo-PlainText $job.Name)" }
    if (-not $Name) { exit 0 }

    $matchingJobs = @($jobs | Where-Object Name -CEQ $Name)
    if ($matchingJobs.Count -eq 0) { throw "no job has the name $Name" }
    if ($matchingJobs.Count -gt 1) { throw "more than one job has the name $Name" }

    $triggerId = Start-JobOnce $matchingJobs[0]
    Write-Host "started, trigger id $triggerId"

    $execution = Wait-Execution $matchingJobs[0] $triggerId
    Write-Host "outcome: $(ConvertTo-Words $ExecutionState $execution.State)"
    if ($ExecutionState[[int] $execution.State] -in $SuccessfulStates) { exit 0 } else { exit 1 }
} catch {
    [Console]::Error.WriteLine("error: $(ConvertTo-PlainText "$_")")
    exit 2
}
