using Bunit;
using FineTuneStudio.Components.Shared;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace FineTuneStudio.Tests.Components.Shared;

public sealed class NumberInputTests : BunitContext
{
    [Fact]
    public void Value_BelowAThousandth_IsShownInScientificNotation()
    {
        var input = Render<NumberInput<double>>(parameters => parameters.Add(number => number.Id, "rate").Add(number => number.Value, 2e-4));

        Assert.Equal("2e-4", input.Find("#rate").GetAttribute("value"));
    }

    [Fact]
    public void Typing_Number_TellsIt()
    {
        var told = new List<int>();
        var input = Render(told);

        input.Find("#rank").Input("32");

        Assert.Equal([32], told);
        Assert.Empty(input.FindAll(".fault"));
    }

    [Fact]
    public void Typing_NoNumber_SaysSoAndKeepsWhatWasTyped()
    {
        var told = new List<int>();
        var input = Render(told);

        input.Find("#rank").Input("3x");

        Assert.Empty(told);
        Assert.Equal("'3x' is no whole number.", input.Find(".fault").TextContent);
        Assert.Equal(("3x", "true"), (input.Find("#rank").GetAttribute("value"), input.Find("#rank").GetAttribute("aria-invalid")));
    }

    private IRenderedComponent<NumberInput<int>> Render(List<int> told) => Render<NumberInput<int>>(
        parameters => parameters.Add(number => number.Id, "rank").Add(number => number.Value, 16).Add(number => number.ValueChanged, EventCallback.Factory.Create<int>(this, told.Add)));
}
