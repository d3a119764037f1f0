using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

public sealed class AppendLogTests
{
    [Fact]
    public void Append_AfterReopeningAtAMark_ContinuesThere()
    {
        using var folder = new TemporaryFolder();
        long mark;
        using (var log = new AppendLog(folder.At("log"), 0))
        {
            log.Append("one");
            mark = log.Length;
            log.Append("two");
        }

        using (var log = new AppendLog(folder.At("log"), mark))
        {
            log.Append("three");
        }

        Assert.Equal(["one", "three"], File.ReadAllLines(folder.At("log")));
    }
}
