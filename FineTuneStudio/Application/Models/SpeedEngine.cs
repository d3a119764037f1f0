using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Estimation;

namespace FineTuneStudio.Application.Models;

/// <summary>The engine itself.</summary>
internal sealed class SpeedEngine : ISpeedEngine
{
    public ModelSpeed Measure(string folder, int? threads, CancellationToken cancellationToken)
        => SpeedTrial.Measure(folder, Devices.Resolve(DeviceName.Auto), threads, cancellationToken);
}
