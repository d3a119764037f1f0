using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>The configuration of one run.</summary>
public sealed partial class RunConfig : IDisposable
{
    private static readonly (string Key, string Text, string Caption)[] Shapes =
    [
        ("json", "Specification", "The record that decided this run"),
        ("cli", "Command line", "Trains the same without a studio; the paths are of this machine"),
        ("curl", "curl", "Sends it to this studio's queue"),
        ("csharp", "C#", "A program that sends it to this studio's queue"),
    ];

    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<RunSummary> _others = [];
    private IReadOnlyList<OptionRow>? _diff;
    private RunRecipe? _recipe;
    private string _shape = "json";
    private string _otherName = "";

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter, EditorRequired]
    public RunDetail Run { get; set; } = null!;

    /// <summary>What the engine found out; <see langword="null"/> before it has read model and data.</summary>
    [Parameter]
    public TrainingEvent.Started? Facts { get; set; }

    private string Shown => _shape switch
    {
        "cli" => _recipe!.CommandLine,
        "curl" => _recipe!.Curl,
        "csharp" => _recipe!.CSharp,
        _ => Run.Specification.ToJson(),
    };

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _recipe = Runs.Recipe(Run, new Uri(Navigation.BaseUri));
        _others = [.. (await Runs.ListAsync(_closed.Token)).Where(other => other.Id != Run.Summary.Id)];
    }

    private async Task ChooseAsync(ChangeEventArgs change)
    {
        var other = Guid.TryParse((string?)change.Value, out var id) ? await Runs.FindAsync(id, _closed.Token) : null;
        _otherName = other?.Summary.Name ?? "";
        _diff = other is null ? null : SpecificationDiff.Of([Run.Specification, other.Specification]);
    }
}
