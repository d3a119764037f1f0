using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Notices;

/// <summary>Draws the toasts of the open page, over whatever it shows.</summary>
public sealed partial class ToastList : IDisposable
{
    [Inject]
    public required ToastService Toasts { get; init; }

    public void Dispose() => Toasts.Changed -= Draw;

    protected override void OnInitialized() => Toasts.Changed += Draw;

    private void Draw() => _ = InvokeAsync(StateHasChanged);

    /// <summary>Closed first: a second click finds nothing to do twice.</summary>
    private async Task ActAsync(Toast toast, ToastAction action)
    {
        Toasts.Close(toast);
        await action.Do();
        Toasts.LetGo();
    }
}
