using Bunit;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Components.Pages.Models;
using FineTuneStudio.Domain;
using Xunit;

namespace FineTuneStudio.Tests.Components.Models;

/// <summary>What a model's card says of its speed.</summary>
public sealed class ModelSpeedViewTests : BunitContext
{
    private static readonly Guid Model = Guid.NewGuid();

    private static readonly MeasuredSpeed Trained = new(SpeedKind.Train, 1234, "run banking", new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void View_NothingKnown_SaysSoAndOffersToMeasure()
    {
        var asked = 0;

        var view = Show(speeds: [], measure: () => asked++);

        Assert.Equal(3, view.FindAll("tbody tr").Count);
        Assert.All(view.FindAll("tbody tr"), row => Assert.Contains("not measured", row.TextContent, StringComparison.Ordinal));
        view.Find("button").Click();
        Assert.Equal(1, asked);
        Assert.Contains("Measure on this machine", view.Find("button").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void View_FigureOfARun_NamesTheRunBesideIt()
    {
        var row = Show([Trained]).FindAll("tbody tr")[0];

        Assert.Contains("1,234", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("run banking", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void View_ThisModelIsMeasured_CanBeStopped()
    {
        var stopped = 0;

        var view = Show([Trained], new SpeedMeasurement(Model, IsRunning: true, ""), stop: () => stopped++);
        view.Find("button").Click();

        Assert.Equal(1, stopped);
        Assert.Contains("Stop", view.Find("button").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void View_AnotherModelIsMeasured_Waits()
        => Assert.True(Show([], new SpeedMeasurement(Guid.NewGuid(), IsRunning: true, "")).Find("button").HasAttribute("disabled"));

    [Fact]
    public void View_MeasurementWasRefused_SaysWhy()
        => Assert.Contains("A run has the machine", Show([], new SpeedMeasurement(Model, IsRunning: false, "A run has the machine.")).Markup, StringComparison.Ordinal);

    private IRenderedComponent<ModelSpeedView> Show(IReadOnlyList<MeasuredSpeed> speeds, SpeedMeasurement? measurement = null, Action? measure = null, Action? stop = null)
        => Render<ModelSpeedView>(parameters => parameters
            .Add(view => view.Model, Model).Add(view => view.Speeds, speeds).Add(view => view.Measurement, measurement)
            .Add(view => view.Measure, measure ?? (() => { })).Add(view => view.Stop, stop ?? (() => { })));
}
