using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Shared;

/// <summary>What a JavaScript module opened in an element of the page: its <c>open</c> gives an object that <c>close</c> lets go of.</summary>
internal sealed class ScriptModule : IAsyncDisposable
{
    private readonly IJSObjectReference _module;
    private readonly IJSObjectReference _opened;

    private ScriptModule(IJSObjectReference module, IJSObjectReference opened)
    {
        (_module, _opened) = (module, opened);
    }

    /// <summary>Loads a module and calls its <c>open</c>.</summary>
    public static async Task<ScriptModule> OpenAsync(IJSRuntime script, string path, params object?[] arguments)
    {
        var module = await script.InvokeAsync<IJSObjectReference>("import", path);
        return new ScriptModule(module, await module.InvokeAsync<IJSObjectReference>("open", arguments));
    }

    /// <summary>Calls a function of what was opened.</summary>
    public ValueTask InvokeVoidAsync(string function, params object?[] arguments) => _opened.InvokeVoidAsync(function, arguments);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _opened.InvokeVoidAsync("close");
            await _opened.DisposeAsync();
            await _module.DisposeAsync();
        }
        catch (Exception exception) when (PageGone.Explains(exception))
        {
            // The page is gone, and all in it.
        }
    }
}
