using FineTuneStudio.Application.Settings;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Layout;

/// <summary>Brings settings that this page, or another one, changed into the open document. Draws nothing itself.</summary>
public sealed class AppliedSettings : ComponentBase, IDisposable
{
    [Inject]
    public required SettingsStore Store { get; init; }

    [Inject]
    public required IJSRuntime Script { get; init; }

    public void Dispose() => Store.Changed -= Apply;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Store.Changed += Apply;
        }
    }

    private void Apply(StudioSettings settings) => _ = InvokeAsync(async () =>
    {
        try
        {
            await Script.InvokeVoidAsync("studioTheme.apply", DocumentSettings.Theme(settings), DocumentSettings.SingleKeys(settings));
        }
        catch (JSDisconnectedException)
        {
            // The page is gone; the next one is drawn with them.
        }
    });
}
