using System.Text.Json;

namespace FineTuneStudio.Application.Drafts;

/// <summary>
/// The values of a form while a person edits it, kept on the server: they survive a reload, a lost connection and a restart. Opened by
/// <see cref="DraftStore.OpenAsync"/>; used by one page, on that page's own thread.
/// </summary>
/// <typeparam name="T">The form's values; must come through JSON unharmed.</typeparam>
public sealed class Draft<T> : IDraft, IAsyncDisposable
    where T : class
{
    /// <summary>After the last change; a person who types writes once, not with every key.</summary>
    public static readonly TimeSpan KeepingDelay = TimeSpan.FromMilliseconds(400);

    private readonly DraftStore _store;
    private readonly string _key;
    private readonly Func<T> _fresh;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _writing = new(1);
    private string _kept;
    private string? _pending;
    private bool _touched;

    internal Draft(DraftStore store, TimeProvider time, string key, Func<T> fresh, T? restored, DateTimeOffset? restoredFrom)
    {
        (_store, _key, _fresh) = (store, key, fresh);
        Value = restored ?? fresh();
        RestoredFrom = restored is null ? null : restoredFrom;
        _touched = restored is not null;
        _kept = JsonSerializer.Serialize(Value);
        _timer = time.CreateTimer(_ => _ = WriteAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        store.Opened(this, WriteAsync);
    }

    /// <summary>What the form shows and changes.</summary>
    public T Value { get; private set; }

    /// <inheritdoc/>
    public DateTimeOffset? RestoredFrom { get; private set; }

    /// <inheritdoc/>
    public void Changed()
    {
        _touched = true;

        // Taken down here, on the page's thread: the timer's must not read what the page is changing.
        Volatile.Write(ref _pending, JsonSerializer.Serialize(Value));
        _timer.Change(KeepingDelay, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public async Task DiscardAsync()
    {
        Value = _fresh();
        RestoredFrom = null;
        await ForgetAsync();
    }

    /// <summary>Values changed that nobody typed: they are kept beside what somebody did, and alone they are no input to bring back.</summary>
    public void Filled()
    {
        if (_touched)
        {
            Changed();
        }
    }

    /// <summary>The form was submitted: there is nothing left to keep.</summary>
    public async Task ForgetAsync()
    {
        _touched = false;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _pending, null);
        await _writing.WaitAsync();
        try
        {
            _kept = JsonSerializer.Serialize(Value);
            await _store.ForgetAsync(_key);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Keeps what was changed at once: another page reads it next.</summary>
    public Task KeepAsync() => WriteAsync();

    /// <summary>Keeps what has not been kept yet.</summary>
    public async ValueTask DisposeAsync()
    {
        _store.Closed(this);
        await _timer.DisposeAsync();
        await WriteAsync();
        _writing.Dispose();
    }

    private async Task WriteAsync()
    {
        await _writing.WaitAsync();
        try
        {
            if (Interlocked.Exchange(ref _pending, null) is { } content && content != _kept)
            {
                _kept = content;
                await _store.KeepAsync(_key, content);
            }
        }
        finally
        {
            _writing.Release();
        }
    }
}
