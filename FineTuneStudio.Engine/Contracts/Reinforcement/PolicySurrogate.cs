namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>What stands for the expected reward of a token. r is the ratio, A the advantage, lp the log-probability.</summary>
public enum PolicySurrogate
{
    /// <summary><c>-min(r A, clip(r, 1 - low, 1 + high) A)</c>.</summary>
    Clipped,

    /// <summary><c>-min(r, high) A lp</c> with a constant first factor: no token loses its gradient (MiniMax 2025, arXiv 2506.13585).</summary>
    Cispo,

    /// <summary><c>-(4 / t) sigmoid(t (r - 1)) A</c>: a soft gate in place of a clip, t by the sign of A (Gao et al. 2025, arXiv 2511.20347).</summary>
    Sapo,
}
