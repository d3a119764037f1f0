using FineTuneStudio.Application.Trash;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Notices;

/// <summary>Deletes a thing at once and offers, in a toast, to bring it back; says what uses it where it cannot be deleted.</summary>
public sealed class Deletion(TrashCan trash, ToastService toasts, NavigationManager navigation)
{
    /// <param name="kind">What it is.</param>
    /// <param name="id">Its id.</param>
    /// <param name="name">As the person calls it.</param>
    /// <param name="leaveTo">Where to go where its own page is shown; undoing comes back.</param>
    /// <param name="changed">Called when it was deleted, and when it was brought back: a list reads its things again.</param>
    public async Task DeleteAsync(ThingKind kind, Guid id, string name, string? leaveTo, Func<Task>? changed = null)
    {
        var here = navigation.Uri;
        switch (await trash.DeleteAsync(kind, id, CancellationToken.None))
        {
            case Result<DeletedThing>.Success({ IsGone: true }):
                toasts.Show($"Deleted {Figures.Brief(name)} for good: the disk is full.");
                await ToldAsync(leaveTo);
                break;
            case Result<DeletedThing>.Success:
                toasts.Show($"Deleted {Figures.Brief(name)}.", action: new ToastAction("Undo", UndoAsync));
                await ToldAsync(leaveTo);
                break;
            case Result<DeletedThing>.Refused(var errors):
                toasts.Show(errors[0].Message, NoteKind.Bad);
                break;
        }

        async Task UndoAsync()
        {
            if (await trash.RestoreAsync(kind, id, CancellationToken.None))
            {
                toasts.Show($"{Figures.Brief(name)} is back.", NoteKind.Good);
                await ToldAsync(leaveTo is null ? null : here);
            }
            else
            {
                toasts.Show($"{Figures.Brief(name)} was removed for good meanwhile.", NoteKind.Bad);
            }
        }

        async Task ToldAsync(string? address)
        {
            await (changed?.Invoke() ?? Task.CompletedTask);
            if (address is not null)
            {
                navigation.NavigateTo(address);
            }
        }
    }
}
