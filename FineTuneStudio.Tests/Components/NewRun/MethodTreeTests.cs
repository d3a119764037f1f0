using Bunit;
using FineTuneStudio.Components.Pages.NewRun;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Components.NewRun;

public sealed class MethodTreeTests : BunitContext
{
    private static readonly DatasetReport Prompts = new()
    {
        File = "prompts.jsonl", Method = TrainingMethod.Rft, Rows = 200, GoodRows = 200, PromptOnlyRows = 200, OtherFields = [new FieldCount("answer", 200)],
    };

    private int _measured;

    public MethodTreeTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    [Fact]
    public void Tree_NothingMeasured_SaysSoAndOffersIt()
    {
        var tree = Show(forecast: null);

        Assert.Contains("Not measured yet", tree.Markup, StringComparison.Ordinal);
        Button(tree, "Measure it").Click();
        Assert.Equal(1, _measured);
    }

    [Fact]
    public void Tree_NoGrader_SaysWhatMeasuringNeeds()
    {
        var tree = Show(forecast: null, canMeasure: false);

        Assert.True(Button(tree, "Measure it").HasAttribute("disabled"));
        Assert.Contains("a grader without faults", tree.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Tree_Measured_ShowsTheFiguresAndTheWay()
    {
        var tree = Show(FakeReinforcement.Forecast);

        Assert.Contains("Measured: Of 32 of your prompts", tree.Markup, StringComparison.Ordinal);
        Assert.Contains("taken", tree.Find("[data-choice='trying-some']").ClassName, StringComparison.Ordinal);
        Assert.NotNull(Button(tree, "Measure it again"));
    }

    [Fact]
    public void Tree_PersonKnowsBetter_ShowsBoth()
    {
        var tree = Show(FakeReinforcement.Forecast, answers: new() { [DecisionTree.Trying] = "none" });

        Assert.Contains("Your answer. The measurement says otherwise: Of 32", tree.Markup, StringComparison.Ordinal);
        Assert.Contains("taken", tree.Find("[data-outcome='sft']").ClassName, StringComparison.Ordinal);
    }

    [Fact]
    public void Tree_EveryNode_LiesInsideTheDrawing()
    {
        var tree = Show(forecast: null);

        var box = tree.Find("svg").GetAttribute("viewBox")!.Split(' ').Select(int.Parse).ToArray();
        Assert.All(tree.FindAll("foreignObject"), node =>
        {
            double Of(string name) => double.Parse(node.GetAttribute(name)!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(Of("x"), 0, box[2] - Of("width"));
            Assert.InRange(Of("y"), 0, box[3] - Of("height"));
        });
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<MethodTree> tree, string text) => tree.FindAll("button").Single(button => button.TextContent == text);

    private IRenderedComponent<MethodTree> Show(ReinforcementForecast? forecast, bool canMeasure = true, Dictionary<string, string>? answers = null)
        => Render<MethodTree>(parameters => parameters
            .Add(tree => tree.Advice, DecisionTree.Advise(Prompts, forecast, answers ?? [])).Add(tree => tree.CanMeasure, canMeasure)
            .Add(tree => tree.Answered, _ => { }).Add(tree => tree.Measured, () => _measured++));
}
