using System.Diagnostics.CodeAnalysis;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering.Lengths;

namespace FineTuneStudio.Application.Datasets;

/// <summary>The lengths of one dataset for one model while they are measured and after; shared by all pages that look. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing, and pages may look at a measurement that is over.")]
public sealed class LengthMeasurement
{
    private readonly Lock _gate = new();
    private readonly Action<LengthMeasurement> _start;
    private CancellationTokenSource _stopping = new();
    private TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TokenLengths? _lengths;
    private LengthSummary? _summary;

    internal LengthMeasurement(Guid dataset, Guid model, Action<LengthMeasurement> start)
    {
        (Dataset, Model, _start) = (dataset, model, start);
    }

    internal Guid Dataset { get; }

    internal Guid Model { get; }

    internal CancellationToken Stopping => _stopping.Token;

    internal TokenLengths? Lengths => Volatile.Read(ref _lengths);

    /// <summary>How far it is.</summary>
    public LengthState State { get; private set; }

    /// <summary>Why it could not go on, or empty.</summary>
    public string Message { get; private set; } = "";

    /// <summary>Rows measured so far.</summary>
    public int Known => Lengths?.Known ?? 0;

    /// <summary>Whether rows are prompts, measured up to where their answer begins.</summary>
    public bool ArePrompts => Lengths is { ArePrompts: true };

    /// <summary>Rows in all; 0 until the dataset is open.</summary>
    public int Rows => Lengths?.Rows ?? 0;

    /// <summary>Ends when nothing is measured any more: done, stopped or failed.</summary>
    public Task Over => _over.Task;

    /// <summary>Sums and spread of what is measured so far; <see langword="null"/> until there is something.</summary>
    public LengthSummary? Summary
    {
        get
        {
            if (Lengths is not { Known: > 0 } lengths)
            {
                return null;
            }

            lock (_gate)
            {
                return _summary is { } summary && summary.Rows == lengths.Known ? summary : _summary = lengths.Summarize();
            }
        }
    }

    /// <summary>What a context leaves of the rows measured so far.</summary>
    public ContextCut? At(int context) => Lengths is { Known: > 0 } lengths ? lengths.At(context) : null;

    /// <summary>Stops measuring; what is measured is kept.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>Goes on where it was stopped.</summary>
    public void GoOn()
    {
        lock (_gate)
        {
            if (State is not (LengthState.Stopped or LengthState.Failed))
            {
                return;
            }

            _stopping = new CancellationTokenSource();
            _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
            (State, Message) = (LengthState.Waiting, "");
        }

        _start(this);
    }

    internal void Grow(TokenLengths lengths)
    {
        Volatile.Write(ref _lengths, lengths);
        State = LengthState.Measuring;
    }

    internal void End(LengthState state, string message = "")
    {
        lock (_gate)
        {
            (State, Message) = (state, message);
        }

        _over.TrySetResult();
    }
}
