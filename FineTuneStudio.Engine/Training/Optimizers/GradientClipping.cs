namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>Shortens gradients that are longer than a limit (Pascanu et al. 2013, arXiv 1211.5063).</summary>
internal static class GradientClipping
{
    // PyTorch's: a norm exactly at the limit is still scaled a little.
    private const double Epsilon = 1e-6;

    /// <summary>The factor on every gradient.</summary>
    /// <param name="norm">Norm over all gradients together.</param>
    /// <param name="limit">Longest norm allowed; 0 allows any.</param>
    public static double Factor(double norm, double limit) => limit == 0 ? 1 : Math.Min(1, limit / (norm + Epsilon));
}
