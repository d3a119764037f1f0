using FineTuneStudio.Application.Runs;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class MessagePaceTests
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void Sent_AfterARest_WaitsAWholePace()
    {
        var messages = new MessagePace(Pace);

        messages.Sent(TimeSpan.FromSeconds(7));

        Assert.Equal((TimeSpan.FromMilliseconds(7_150), TimeSpan.FromMilliseconds(7_200)), (messages.Earliest, messages.Due));
    }

    [Fact]
    public void Sent_AlwaysAsEarlyAsMayBe_IsOneForEachPaceAllTheSame()
    {
        var messages = new MessagePace(Pace);
        var now = TimeSpan.Zero;
        for (var message = 0; message <= 100; message++)
        {
            messages.Sent(now);
            now = messages.Earliest;
        }

        // The hundredth, a quarter early at the end of a hundred paces.
        Assert.Equal((101 * Pace) - (Pace / 4), now);
    }

    [Fact]
    public void Sent_Late_DoesNotMakeUpForIt()
    {
        var messages = new MessagePace(Pace);
        messages.Sent(TimeSpan.Zero);

        messages.Sent(TimeSpan.FromMilliseconds(900));

        Assert.Equal(TimeSpan.FromMilliseconds(1_100), messages.Due);
    }
}
