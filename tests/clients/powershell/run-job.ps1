#requires -Version 7

<#
.SYNOPSIS
Lists the jobs, runs the one that is named, prints its log as it comes, and ends with its outcome.

.DESCRIPTION
Exit codes: 0 completed (also with warnings), 1 any other outcome, 2 the outcome is not known.
#>
param([string] $Name)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'client/src/TimeXtenderJobs/TimeXtenderJobs.psm1')

# The generated enumerations count from 0, so [ExecutionState] is one off: its numbers begin at -1.
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
$FirstFinal = 2
$Well = 'StateCompleted', 'StateCompletedWithWarnings'

# Nobody needs it faster, and a service may refuse it.
$LookEvery = 2
$TroubleFor = New-TimeSpan -Minutes 5

function Get-Setting([string] $Variable) {
    $value = [Environment]::GetEnvironmentVariable($Variable)
    if (-not $value) { throw "$Variable is not set" }
    $value
}

# What a server sends is text: nothing in it may move a terminal's cursor.
function ConvertTo-Plain([string] $Text) {
    $Text -replace '[\p{Cc}\p{Cf}]+', ' '
}

# A number as words: 4 as "completed with errors", and one that is not known as itself.
function ConvertTo-Words([hashtable] $Names, $Number) {
    # JSON's numbers are Int64, and as such not among the keys. The first word of a name is its kind.
    $word = $Names[[int] $Number] -creplace '^(State|Severity)\B', ''
    if ($word) { ($word -creplace '\B[A-Z]', ' $0').ToLowerInvariant() } else { "number $Number" }
}

# The status of the answer; 0 if there was none.
function Get-Status($Trouble) {
    [int] $Trouble.Exception.Response.StatusCode
}

# Sends the request once: a second one may start a second run.
function Start-Once($Job) {
    try {
        (Start-TXJob -JobId $Job.Id).TriggerId
    } catch {
        $status = Get-Status $_
        if ($status -ge 400 -and $status -lt 500) { throw }
        throw "$($Job.Name) may have been started: look at its executions before you run it again ($_)"
    }
}

# The execution of this trigger id; nothing while the job is pending.
function Get-Execution($Job, [string] $TriggerId) {
    try {
        Get-TXJobLogsByTrigger -JobId $Job.Id -TriggerId $TriggerId | Select-Object -First 1
    } catch {
        if ((Get-Status $_) -ne 404) { throw }
    }
}

function Show-Log($Execution, [System.Collections.Generic.HashSet[string]] $Printed) {
    # Their order is not promised.
    foreach ($line in $Execution.JobExecutionLogs | Sort-Object -Stable -Property TimeStamp) {
        if ($Printed.Add($line.Id)) {
            $words = ConvertTo-Words $Severity $line.Severity
            Write-Host ('{0:o}  {1}  {2}' -f $line.TimeStamp, $words, (ConvertTo-Plain $line.Message))
        }
    }
}

# Looks at the execution until its state is final. Only asking is repeated, and that changes nothing.
function Wait-Execution($Job, [string] $TriggerId) {
    $printed = [System.Collections.Generic.HashSet[string]]::new()
    $wellAt = Get-Date
    while ($true) {
        try {
            $execution = Get-Execution $Job $TriggerId
            $wellAt = Get-Date
            if ($execution) {
                Show-Log $execution $printed
                if ($execution.State -ge $FirstFinal) { return $execution }
            }
        } catch {
            # A short outage is no reason to lose sight of a run.
            $status = Get-Status $_
            $refused = $status -ge 300 -and $status -lt 500 -and $status -ne 429
            if ($refused -or (Get-Date) - $wellAt -gt $TroubleFor) { throw }
            [Console]::Error.WriteLine("$(ConvertTo-Plain "$_"); looking again")
        }
        Start-Sleep -Seconds $LookEvery
    }
}

try {
    Set-TXConfiguration -BaseUrl (Get-Setting 'TXJOBS_DOMAIN').TrimEnd('/')
    Set-TXConfigurationApiKey -Id 'apiKey' -ApiKey (Get-Setting 'TXJOBS_API_KEY')
    & (Get-Module TimeXtenderJobs) {
        # The key goes to this service alone.
        $PSDefaultParameterValues['Invoke-WebRequest:MaximumRedirection'] = 0
        $PSDefaultParameterValues['Invoke-WebRequest:TimeoutSec'] = 60
    }

    # An empty list comes as nothing at all.
    $jobs = @(Get-TXJobs | Where-Object { $_ })
    foreach ($job in $jobs) { Write-Host "$($job.Id)  $(ConvertTo-Plain $job.Name)" }
    if (-not $Name) { exit 0 }

    $fitting = @($jobs | Where-Object Name -CEQ $Name)
    if ($fitting.Count -eq 0) { throw "there is no job called $Name" }
    if ($fitting.Count -gt 1) { throw "more than one job is called $Name" }

    $triggerId = Start-Once $fitting[0]
    Write-Host "started, trigger id $triggerId"

    $execution = Wait-Execution $fitting[0] $triggerId
    Write-Host "outcome: $(ConvertTo-Words $ExecutionState $execution.State)"
    if ($ExecutionState[[int] $execution.State] -in $Well) { exit 0 } else { exit 1 }
} catch {
    [Console]::Error.WriteLine("error: $(ConvertTo-Plain "$_")")
    exit 2
}
