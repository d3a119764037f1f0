using Bunit;
using FineTuneStudio.Components.Shared;
using Xunit;

namespace FineTuneStudio.Tests.Components.Shared;

public sealed class StepperTests : BunitContext
{
    [Fact]
    public void Steps_InTheMiddle_AreDoneCurrentAndAhead()
    {
        var stepper = Render<Stepper>(parameters => parameters.Add(part => part.Steps, ["One", "Two", "Three"]).Add(part => part.Current, 1));

        Assert.Equal(["done", "current", "ahead"], stepper.FindAll("li").Select(step => step.ClassName));
        Assert.Equal("Two", stepper.Find("[aria-current=step] .step-name").TextContent);
        Assert.Contains("done", stepper.Find("li .step-name").TextContent, StringComparison.Ordinal);
    }
}
