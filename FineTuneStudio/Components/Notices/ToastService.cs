using FineTuneStudio.Components.Shared;

namespace FineTuneStudio.Components.Notices;

/// <summary>The toasts of one open page: shown, held while a person looks at them, gone by themselves. Safe to call from any thread.</summary>
public sealed class ToastService(TimeProvider time) : IDisposable
{
    /// <summary>Long enough to read a sentence.</summary>
    public static readonly TimeSpan Stay = TimeSpan.FromSeconds(6);

    /// <summary>Long enough to read it, think, and reach the button.</summary>
    public static readonly TimeSpan StayWithAction = TimeSpan.FromSeconds(12);

    private const int MostShown = 4;

    private readonly Lock _gate = new();
    private readonly List<(Toast Toast, ITimer Timer)> _shown = [];
    private bool _held;

    /// <summary>Something was shown or closed; raised on any thread.</summary>
    public event Action? Changed;

    /// <summary>What is shown now, the oldest first.</summary>
    public IReadOnlyList<Toast> Shown
    {
        get
        {
            lock (_gate)
            {
                return [.. _shown.Select(shown => shown.Toast)];
            }
        }
    }

    /// <summary>Shows a message; the oldest makes room where there are too many.</summary>
    public void Show(string message, NoteKind kind = NoteKind.Plain, ToastAction? action = null)
    {
        var toast = new Toast(message, kind, action);
        lock (_gate)
        {
            if (_shown.Count == MostShown)
            {
                Remove(_shown[0].Toast);
            }

            _shown.Add((toast, time.CreateTimer(_ => Close(toast), null, _held ? Timeout.InfiniteTimeSpan : StayOf(toast), Timeout.InfiniteTimeSpan)));
        }

        Changed?.Invoke();
    }

    public void Close(Toast toast)
    {
        lock (_gate)
        {
            Remove(toast);
        }

        Changed?.Invoke();
    }

    /// <summary>A person points at the toasts, or has the focus in them: none goes away.</summary>
    public void Hold() => Pace(held: true);

    /// <summary>The person looks elsewhere: each has its whole time again.</summary>
    public void LetGo() => Pace(held: false);

    public void Dispose()
    {
        lock (_gate)
        {
            _shown.ForEach(shown => shown.Timer.Dispose());
            _shown.Clear();
        }
    }

    private static TimeSpan StayOf(Toast toast)
        => toast.Kind == NoteKind.Bad ? Timeout.InfiniteTimeSpan : toast.Action is null ? Stay : StayWithAction;

    private void Pace(bool held)
    {
        lock (_gate)
        {
            _held = held;
            foreach (var (toast, timer) in _shown)
            {
                timer.Change(held ? Timeout.InfiniteTimeSpan : StayOf(toast), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Remove(Toast toast)
    {
        var index = _shown.FindIndex(shown => shown.Toast == toast);
        if (index >= 0)
        {
            _shown[index].Timer.Dispose();
            _shown.RemoveAt(index);
        }
    }
}
