using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help dataset", "dataset --help")]
    [InlineData("help dataset check", "dataset check --help")]
    public void Help_AsAVerb_SaysWhatTheOptionSays(string verb, string option)
    {
        var asked = StudioProgram.Run(verb.Split(' '));

        Assert.Equal(0, asked.ExitCode);
        Assert.Equal(StudioProgram.Run(option.Split(' ')).Output, asked.Output);
    }
}
