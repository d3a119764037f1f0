using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Schedules;

namespace FineTuneStudio.Application.Runs;

/// <summary>The learning rate over a run that has not started, by the schedule that training uses.</summary>
public static class SchedulePreview
{
    /// <summary>Rates at evenly spaced steps.</summary>
    public static IReadOnlyList<(int Step, double Rate)> Curve(ScheduleOptions options, int totalSteps, int points)
        => LearningRateSchedule.Create(options, totalSteps).Curve(points);
}
