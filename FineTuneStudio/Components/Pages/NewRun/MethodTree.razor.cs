using System.Globalization;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Pages.NewRun;

/// <summary>The decision tree, drawn; answers are the edges, clicked or walked by keyboard.</summary>
public sealed partial class MethodTree : IAsyncDisposable
{
    private const double NodeWidth = 176;
    private const double NodeHeight = 62;

    /// <summary>Where each node stands: questions from left to right, outcomes at the right edge.</summary>
    private static readonly Dictionary<string, (double X, double Y)> Places = new()
    {
        [DecisionTree.Labels] = (92, 190),
        [DecisionTree.Amount] = (344, 70),
        [DecisionTree.Verifiable] = (344, 300),
        [DecisionTree.Reasoning] = (712, 140),
        [DecisionTree.Trying] = (712, 262),
        ["sft"] = (1008, 50),
        ["rft"] = (1008, 205),
        ["judge"] = (1008, 345),
    };

    private static readonly IReadOnlyList<Edge> Edges =
        [.. DecisionTree.Questions.SelectMany(question => question.Choices.Select(choice => new Edge(question, choice)))];

    private ElementReference _svg;
    private readonly ScriptModule _keys = new();

    [Inject]
    public required IJSRuntime Script { get; init; }

    [Parameter, EditorRequired]
    public MethodAdvice Advice { get; set; } = null!;

    /// <summary>A person chose an answer.</summary>
    [Parameter, EditorRequired]
    public EventCallback<(string Question, string Choice)> Answered { get; set; }

    /// <summary>Whether the model can be asked to try some prompts.</summary>
    [Parameter]
    public bool CanMeasure { get; set; }

    /// <summary>It is trying them now.</summary>
    [Parameter]
    public bool IsMeasuring { get; set; }

    /// <summary>A person wants it measured whether the model gets some right.</summary>
    [Parameter]
    public EventCallback Measured { get; set; }

    /// <summary>A person does not want to wait for it.</summary>
    [Parameter]
    public EventCallback Stopped { get; set; }

    public ValueTask DisposeAsync() => _keys.DisposeAsync();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _keys.OpenAsync(Script, "./js/tree-keys.js", _svg);
        }
    }

    private static string F(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static (double X, double Y, double ToX, double ToY) Ends(Edge edge)
    {
        var (x, y) = Places[edge.Question.Id];
        var (toX, toY) = Places[edge.Choice.Next];

        // One above the other: from foot to head.
        if (x == toX)
        {
            return (x, y + (NodeHeight / 2), toX, toY - (NodeHeight / 2));
        }

        // Two answers may lead to the same node: they leave and arrive apart.
        var apart = edge.Question.Choices.Count(choice => choice.Next == edge.Choice.Next) > 1
            ? (edge.Question.Choices.Where(choice => choice.Next == edge.Choice.Next).ToList().IndexOf(edge.Choice) - 0.5) * 48
            : 0;
        return (x + (NodeWidth / 2), y + (apart / 2), toX - (NodeWidth / 2), toY + apart);
    }

    private static string Curve(Edge edge)
    {
        var (x, y, toX, toY) = Ends(edge);
        var bend = (toX - x) / 2;
        return $"M{F(x)} {F(y)} C{F(x + bend)} {F(y)} {F(toX - bend)} {F(toY)} {F(toX)} {F(toY)}";
    }

    private static (double X, double Y) Middle(Edge edge)
    {
        var (x, y, toX, toY) = Ends(edge);
        return ((x + toX) / 2, (y + toY) / 2);
    }

    private static string Lead(DecisionStep step, DecisionEvidence evidence) => evidence.Source switch
    {
        EvidenceSource.Assumption => step.ByPerson ? "Your answer. " : "",
        EvidenceSource.Forecast => step.ByPerson && evidence.Choice != step.Choice!.Id ? "Your answer. The measurement says otherwise: " : "Measured: ",
        _ => step.ByPerson && evidence.Choice != step.Choice!.Id ? "Your answer. The data says otherwise: " : evidence.Certain ? "From the data: " : "The data suggests it: ",
    };

    private bool OnPath(string question) => Advice.Steps.Any(step => step.Question.Id == question);

    private bool Taken(Edge edge) => Advice.Steps.Any(step => step.Question.Id == edge.Question.Id && step.Choice?.Id == edge.Choice.Id);

    private Task ChooseAsync(Edge edge) => Answered.InvokeAsync((edge.Question.Id, edge.Choice.Id));

    private sealed record Edge(DecisionQuestion Question, DecisionChoice Choice);
}
