namespace FineTuneStudio.Application.Adapters;

/// <summary>What came of loading an adapter anew.</summary>
/// <param name="TrainedLoss">Held-out loss at the run's end, in nats per token.</param>
/// <param name="ReloadedLoss">Held-out loss of the adapter as it lies on disk.</param>
/// <param name="Rows">Rows it was scored on.</param>
/// <param name="Sha256">Of the file that was loaded.</param>
/// <param name="At">When.</param>
public sealed record ReloadCertificate(double TrainedLoss, double ReloadedLoss, int Rows, string Sha256, DateTimeOffset At)
{
    /// <summary>Half a per cent of the loss: batches of another shape round differently in bfloat16, a wrong adapter is off by far more.</summary>
    public bool Passed => Math.Abs(ReloadedLoss - TrainedLoss) <= 1e-3 + (5e-3 * Math.Abs(TrainedLoss));
}
