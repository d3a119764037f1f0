using System.Globalization;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>A run's figures as CSV: every step, as exactly as the engine told them.</summary>
internal static class RunCsv
{
    private static readonly (string Series, string Name, Func<TrainingEvent.StepCompleted, double> Value)[] Columns =
    [
        ("loss", "train_loss", step => step.Loss),
        ("rate", "learning_rate", step => step.LearningRate),
        ("norm", "gradient_norm", step => step.GradientNorm),
        ("speed", "tokens_per_second", step => step.TokensPerSecond),
        ("memory", "resident_bytes", step => step.ResidentBytes),
    ];

    /// <summary>Writes a heading and a line for each step, and for each held-out loss that lies on no step.</summary>
    /// <param name="events">In their order.</param>
    /// <param name="series">One curve alone (<c>loss</c> with the held-out losses); <see langword="null"/> writes all.</param>
    /// <param name="writer">Takes the text.</param>
    public static void Write(IEnumerable<TrainingEvent> events, string? series, TextWriter writer)
    {
        var columns = Columns.Where(column => series is null || column.Series == series).ToArray();
        var heldOut = series is null or "loss";
        writer.WriteLine(string.Join(',', (string[])["step", "epoch", .. columns.Select(column => column.Name), .. heldOut ? ["held_out_loss"] : Array.Empty<string>()]));

        TrainingEvent.StepCompleted? step = null;
        double? loss = null;
        var lossStep = 0;

        void Flush()
        {
            if (step is null && (loss is null || !heldOut))
            {
                return;
            }

            var fields = columns.Select(column => step is null ? "" : Text(column.Value(step)));
            writer.WriteLine(string.Join(',', (string[])
            [
                Text(step?.Step ?? lossStep), step is null ? "" : Text(step.Epoch), .. fields, .. heldOut ? [loss is { } value ? Text(value) : ""] : Array.Empty<string>(),
            ]));
            (step, loss) = (null, null);
        }

        foreach (var happened in events)
        {
            switch (happened)
            {
                case TrainingEvent.StepCompleted next:
                    Flush();
                    step = next;
                    break;
                case TrainingEvent.Evaluated evaluated:
                    if (step?.Step != evaluated.Step)
                    {
                        Flush();
                    }

                    (loss, lossStep) = (evaluated.Loss, evaluated.Step);
                    break;
            }
        }

        Flush();
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
