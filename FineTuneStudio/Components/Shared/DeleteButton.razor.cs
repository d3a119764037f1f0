using FineTuneStudio.Components.Notices;
using FineTuneStudio.Domain;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Shared;

/// <summary>Deletes a thing at a click; see <see cref="Deletion"/>.</summary>
public sealed partial class DeleteButton
{
    private bool _busy;

    [Inject]
    public required Deletion Deletion { get; init; }

    [Parameter, EditorRequired]
    public ThingKind Kind { get; set; }

    [Parameter, EditorRequired]
    public Guid Id { get; set; }

    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    /// <summary>Where to go when the thing whose own page this is is gone; undoing comes back here.</summary>
    [Parameter]
    public string? LeaveTo { get; set; }

    /// <summary>It was deleted, or brought back: a list reads its things again.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    [Parameter]
    public bool Small { get; set; }

    private async Task DeleteAsync()
    {
        _busy = true;
        await Deletion.DeleteAsync(Kind, Id, Name, LeaveTo, Changed.InvokeAsync);
        _busy = false;
    }
}
