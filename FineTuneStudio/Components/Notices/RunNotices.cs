using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Notices;

/// <summary>Says on every open page, and by the browser where the person allowed it, that a run ended. Draws nothing itself.</summary>
public sealed class RunNotices : ComponentBase, IDisposable
{
    [Inject]
    public required RunEndings Endings { get; init; }

    [Inject]
    public required ToastService Toasts { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime Script { get; init; }

    public void Dispose() => Endings.Ended -= Tell;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Endings.Ended += Tell;
        }
    }

    private static (string Words, NoteKind Kind) Say(RunEnding ending) => ending.State switch
    {
        RunState.Completed => ("finished", NoteKind.Good),
        RunState.Stopped => ("was stopped; what it learnt is kept", NoteKind.Good),
        RunState.Failed => ("failed", NoteKind.Bad),
        _ => ("was cancelled", NoteKind.Plain),
    };

    private void Tell(RunEnding ending) => _ = InvokeAsync(() => TellAsync(ending));

    private async Task TellAsync(RunEnding ending)
    {
        var address = $"/runs/{ending.Id}";
        var (words, kind) = Say(ending);

        // Who looks at the run sees it end; a person's own click needs no answer from here either.
        if (!new Uri(Navigation.Uri).AbsolutePath.EndsWith(ending.Id.ToString(), StringComparison.OrdinalIgnoreCase) && ending.State != RunState.Cancelled)
        {
            Toasts.Show($"{Figures.Brief(ending.Name)} {words}.", kind, new ToastAction("See it", () =>
            {
                Navigation.NavigateTo(address);
                return Task.CompletedTask;
            }));
        }

        try
        {
            await Script.InvokeVoidAsync("studioNotify.tell", $"{Figures.Brief(ending.Name)} {words}", ending.Message, $"run-{ending.Id}", address);
        }
        catch (JSDisconnectedException)
        {
            // Nobody is there to read it.
        }
    }
}
