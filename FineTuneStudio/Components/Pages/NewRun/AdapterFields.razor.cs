using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.NewRun;

/// <summary>Options of the adapter that a run trains. Where it begins with another one, that one decides its shape, and the fields only show it.</summary>
public sealed partial class AdapterFields
{
    private (string? Adapter, string Model) _looked;
    private LoraOptions? _shape;

    [Inject]
    public required RunEstimates Estimates { get; init; }

    [Parameter, EditorRequired]
    public RunDraft Form { get; set; } = null!;

    /// <summary>The library's, of every model.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<AdapterSummary> Adapters { get; set; } = [];

    /// <summary>The run that the form was filled from.</summary>
    [Parameter]
    public RunSummary? Origin { get; set; }

    /// <summary>The model has experts, which can have pairs of their own.</summary>
    [Parameter]
    public bool HasExperts { get; set; }

    [Parameter, EditorRequired]
    public IReadOnlyList<UserError> Errors { get; set; } = [];

    [Parameter, EditorRequired]
    public EventCallback Changed { get; set; }

    /// <summary>What the adapter to begin with decides; <see langword="null"/> where there is none, or it cannot be read.</summary>
    private LoraOptions? Shape => _looked == (Form.InitialAdapter, Form.Model) ? _shape : null;

    private bool IsShaped => Shape is not null;

    /// <summary>Adapters that stand beside the chosen model.</summary>
    private IEnumerable<AdapterSummary> Beginnings => Adapters.Where(adapter => adapter.Model == Form.Model);

    /// <summary>A checkpoint to begin with has no entry of its own among the adapters.</summary>
    private bool IsCheckpoint => CheckpointReference.TryParse(Form.InitialAdapter, out _);

    // A pair for each of many experts is a choice to make knowingly: it stands beside the linears where the model has experts.
    private IEnumerable<string> OfferedTargets => RunDraft.KnownTargets.Union(HasExperts ? [LoraOptions.Experts] : []).Union(Form.Targets);

    protected override async Task OnParametersSetAsync()
    {
        var wanted = (Form.InitialAdapter, Form.Model);
        if (_looked != wanted)
        {
            (_looked, _shape) = (wanted, null);
            var shape = await Estimates.FindShapeAsync(Form.ToSpecification(), CancellationToken.None);
            _shape = _looked == wanted ? shape : _shape;
        }
    }

    private async Task ChooseAsync(ChangeEventArgs change)
    {
        Form.InitialAdapter = (string?)change.Value is { Length: > 0 } chosen ? chosen : null;
        Form.ShapeAs(await Estimates.FindShapeAsync(Form.ToSpecification(), CancellationToken.None));
        await TellAsync();
    }

    private Task TakeShapeAsync()
    {
        Form.ShapeAs(Shape);
        return TellAsync();
    }

    private Task TrainAdapterAsync()
    {
        Form.EveryWeight = false;
        return TellAsync();
    }

    private Task ToggleAsync(string target)
    {
        if (!Form.Targets.Remove(target))
        {
            Form.Targets.Add(target);
        }

        return TellAsync();
    }

    private Task TellAsync() => Changed.InvokeAsync();
}
