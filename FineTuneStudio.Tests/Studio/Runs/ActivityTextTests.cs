using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class ActivityTextTests
{
    [Theory]
    [InlineData(0, "First step")]
    [InlineData(1_499, "Step 1,500")]
    public void Describe_Learning_NamesTheStep(int done, string text)
        => Assert.Equal(text, ActivityText.Describe(new TrainingEvent.Working(done, RunActivity.Learning), new RunSpecification { Model = "m", Dataset = new DatasetOptions { Path = "d" } }));
}
