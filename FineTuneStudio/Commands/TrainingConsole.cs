using System.Globalization;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training;

namespace FineTuneStudio.Commands;

/// <summary>A run on the terminal: a line that is rewritten where someone looks, plain lines where a file takes them.</summary>
internal sealed class TrainingConsole : IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan BetweenPlainLines = TimeSpan.FromSeconds(10);

    private readonly RunSpecification _specification;
    private readonly RunControl _control = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly bool _isTerminal = !Console.IsOutputRedirected;
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private DateTimeOffset _lastLine;
    private int _totalSteps;
    private int _firstStep;
    private bool _diskIsFull;

    private TrainingConsole(RunSpecification specification)
    {
        _specification = specification;
        Console.CancelKeyPress += OnInterrupt;
    }

    /// <summary>Runs to the end; the first Ctrl-C stops and keeps, the second cancels.</summary>
    public static TrainingEvent.Ended Run(RunSpecification specification, string runFolder)
    {
        using var console = new TrainingConsole(specification);
        using var judge = specification.Reinforcement is null ? null : StudioJudge.Create(StudioConfiguration.Read());
        return TrainingRun.Run(specification, runFolder, console._control, console.Show, console._cancellation.Token, judge);
    }

    /// <summary>0 where the model was kept, 2 where the run could not go on or was cancelled.</summary>
    public static int ExitCode(TrainingEvent.Ended ended)
        => ended.Reason is EndReason.Completed or EndReason.StoppedAndKept ? CommandRunner.Success : CommandRunner.Refused;

    public void Dispose()
    {
        Console.CancelKeyPress -= OnInterrupt;
        _control.Dispose();
        _cancellation.Dispose();
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time)
        => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes:D2} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds:D2} s" : $"{time.Seconds} s";

    private void OnInterrupt(object? sender, ConsoleCancelEventArgs arguments)
    {
        arguments.Cancel = true;
        if (_control.StopRequested)
        {
            _cancellation.Cancel();
            return;
        }

        Console.Error.WriteLine("Stopping after this step; what was learnt is kept. Ctrl-C again cancels at once.");
        _control.Stop();
    }

    private void Show(TrainingEvent trainingEvent)
    {
        switch (trainingEvent)
        {
            case TrainingEvent.Working working:
                ShowActivity(working);
                break;
            case TrainingEvent.Started started:
                (_totalSteps, _firstStep) = (started.TotalSteps, started.Step);
                Line($"{started.TrainingRows} rows to learn from ({started.TrainingTokens} tokens, {started.LearntTokens} learnt), {started.HeldOutRows} held out; "
                    + $"{started.TrainableParameters} of {started.ModelParameters} weights learn; {started.TotalSteps} steps{(started.Step > 0 ? $", going on after step {started.Step}" : "")}");
                break;
            case TrainingEvent.StepCompleted step:
                ShowStep(step);
                break;
            case TrainingEvent.Evaluated evaluated:
                Line($"step {evaluated.Step}: held-out loss {Text(evaluated.Loss, "F4")}");
                break;
            case TrainingEvent.Rewarded rewarded:
                Line($"step {rewarded.Step}: held-out reward {Text(rewarded.Reward, "F4")}, {Text(rewarded.AnswerTokens, "F0")} tokens an answer, {Text(100 * rewarded.CutShare, "F0")} % cut");
                break;
            case TrainingEvent.Sampled sampled:
                Line($"  {Shorten(sampled.Prompt)} -> {Shorten(sampled.Answer)}   ({Judgement(sampled)})");
                break;
            case TrainingEvent.Logged logged:
                Line($"{(logged.Severity == LogSeverity.Information ? "" : "warning: ")}{logged.Message}");
                break;
            case TrainingEvent.Paused { Message.Length: > 0 } paused:
                GiveUp(paused.Message);
                break;
            case TrainingEvent.Ended ended:
                ShowEnd(ended);
                break;
        }
    }

    // Who looks at the terminal sees what it waits for; a file needs no line of it.
    private void ShowActivity(TrainingEvent.Working working)
    {
        if (_isTerminal)
        {
            Console.Write($"\r\u001b[K{ActivityText.Describe(working, _specification)} {ActivityText.HowFar(working)}".TrimEnd() + " …");
        }
    }

    private static string Judgement(TrainingEvent.Sampled sampled)
        => sampled.Score is { } score ? $"{Text(score, "G3")}: {Shorten(sampled.Reason ?? "")}"
            : sampled.Reason is { } reason ? $"not graded: {Shorten(reason)}" : $"expected {Shorten(sampled.Expected)}";

    // Nobody is here to press Resume: the process ends, and --resume goes on.
    private void GiveUp(string reason)
    {
        _diskIsFull = true;
        Line("");
        Console.Error.WriteLine($"studio: {reason}");
        _cancellation.Cancel();
    }

    private void ShowStep(TrainingEvent.StepCompleted step)
    {
        var now = DateTimeOffset.UtcNow;
        if (!_isTerminal && step.Step != _totalSteps && now - _lastLine < BetweenPlainLines)
        {
            return;
        }

        _lastLine = now;
        var done = step.Step - _firstStep;
        var left = (now - _start) / done * (_totalSteps - step.Step);
        var reward = step.Reinforcement is { } figures ? $"reward {Text(figures.Reward, "F3")}  " : "";
        var text = $"step {step.Step}/{_totalSteps}  {reward}loss {Text(step.Loss, "F4")}  rate {Text(step.LearningRate, "G3")}  norm {Text(step.GradientNorm, "F2")}"
            + $"  {Text(step.TokensPerSecond, "F0")} tokens/s  {Duration(left)} left";
        if (_isTerminal)
        {
            var filled = (int)((long)BarWidth * step.Step / _totalSteps);
            Console.Write($"\r\u001b[K[{new string('#', filled)}{new string('.', BarWidth - filled)}] {text}");
        }
        else
        {
            Console.WriteLine(text);
        }
    }

    private void ShowEnd(TrainingEvent.Ended ended)
    {
        var loss = ended.HeldOutReward is { } reward ? $", held-out reward {Text(reward, "F4")}"
            : ended.HeldOutLoss is { } last ? $", held-out loss {Text(last, "F4")}" : "";
        var time = Duration(DateTimeOffset.UtcNow - _start);
        switch (ended.Reason)
        {
            case EndReason.Completed:
                Line($"Done after {ended.Step} steps in {time}{loss}.");
                break;
            case EndReason.StoppedAndKept:
                Line($"Stopped after step {ended.Step}, what was learnt is kept{loss}.");
                break;
            case EndReason.Cancelled when _diskIsFull:
                Line("Stopped; once there is room, --resume goes on from the last checkpoint.");
                break;
            case EndReason.Cancelled:
                Line($"Cancelled after step {ended.Step}; --resume goes on from the last checkpoint.");
                break;
            default:
                Line("");
                Console.Error.WriteLine($"studio: {ended.Message}");
                break;
        }
    }

    private void Line(string text) => Console.WriteLine(_isTerminal ? $"\r\u001b[K{text}" : text);

    private static string Shorten(string text)
    {
        const int width = 60;
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= width ? line : string.Concat(line.AsSpan(0, width - 1), "…");
    }
}
