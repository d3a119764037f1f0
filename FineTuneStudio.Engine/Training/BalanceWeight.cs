using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Training;

/// <summary>How much the balance of experts counts in a run's loss.</summary>
internal static class BalanceWeight
{
    /// <summary>The run's own factor, or the model's.</summary>
    /// <exception cref="UserErrorException">The run asks for it, and the model has no such loss.</exception>
    public static double Of(RunSpecification specification, ModelConfig config)
    {
        if (specification.BalanceWeight is not { } weight)
        {
            return config.BalanceWeight ?? 0;
        }

        return weight == 0 || config.BalanceWeight is not null
            ? weight
            : throw new UserErrorException("balanceWeight", config.Experts == 0
                ? "The model has no experts to balance. Leave the field out."
                : $"{config.Family} balances its experts without a loss. Leave the field out.");
    }
}
