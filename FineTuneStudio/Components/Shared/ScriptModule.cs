using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Shared;

/// <summary>What a JavaScript module opens in an element of the page: its <c>open</c> gives an object that <c>close</c> lets go of.</summary>
/// <remarks>
/// A page may be left while its script is still being loaded. What is closed opens nothing any more, and lets go of what opened meanwhile; so it
/// belongs to its component from the first moment on. For the circuit's thread.
/// </remarks>
internal sealed class ScriptModule : IAsyncDisposable
{
    private IJSObjectReference? _module;
    private IJSObjectReference? _opened;
    private bool _closed;

    /// <summary>Whether something is open that can be called.</summary>
    public bool IsOpen => _opened is not null && !_closed;

    /// <summary>Loads a module and calls its <c>open</c>; once.</summary>
    public async Task OpenAsync(IJSRuntime script, string path, params object?[] arguments)
    {
        try
        {
            _module = await script.InvokeAsync<IJSObjectReference>("import", path);

            // Arguments may hold what the component has let go of by now.
            if (!_closed)
            {
                _opened = await _module.InvokeAsync<IJSObjectReference>("open", arguments);
            }

            if (_closed)
            {
                await LetGoAsync();
            }
        }
        catch (Exception exception) when (_closed || PageGone.Explains(exception))
        {
            // The element left the page before the script reached it.
        }
    }

    /// <summary>Calls a function of what was opened; nothing before that, nor after it is closed.</summary>
    public async ValueTask InvokeVoidAsync(string function, params object?[] arguments)
    {
        if (_opened is null || _closed)
        {
            return;
        }

        try
        {
            await _opened.InvokeVoidAsync(function, arguments);
        }
        catch (Exception exception) when (_closed || PageGone.Explains(exception))
        {
            // It was closed meanwhile.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        try
        {
            await LetGoAsync();
        }
        catch (Exception exception) when (PageGone.Explains(exception))
        {
            // The page is gone, and all in it.
        }
    }

    private async Task LetGoAsync()
    {
        var (opened, module) = (_opened, _module);
        (_opened, _module) = (null, null);
        if (opened is not null)
        {
            await opened.InvokeVoidAsync("close");
            await opened.DisposeAsync();
        }

        if (module is not null)
        {
            await module.DisposeAsync();
        }
    }
}
