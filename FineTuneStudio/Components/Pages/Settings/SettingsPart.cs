using FineTuneStudio.Application.Settings;
using FineTuneStudio.Components.Notices;
using FineTuneStudio.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Settings;

/// <summary>A section of the settings page: shows what is set now, also when another page sets it.</summary>
public abstract class SettingsPart : ComponentBase, IDisposable
{
    [Inject]
    public required SettingsStore Store { get; init; }

    [Inject]
    public required ToastService Toasts { get; init; }

    protected StudioSettings Now => Store.Current;

    public void Dispose()
    {
        Store.Changed -= Redraw;
        GC.SuppressFinalize(this);
    }

    protected override void OnInitialized() => Store.Changed += Redraw;

    /// <summary>Stores a change, or says that it could not be stored.</summary>
    protected async Task ChangeAsync(Func<StudioSettings, StudioSettings> change)
    {
        if (!await Store.TryChangeAsync(change, CancellationToken.None))
        {
            Toasts.Show("The setting could not be stored. Is the disk full?", NoteKind.Bad);
        }
    }

    private void Redraw(StudioSettings changed) => _ = InvokeAsync(StateHasChanged);
}
