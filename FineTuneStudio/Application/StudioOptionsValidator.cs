using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application;

/// <summary>A bad setting stops the start, not the first request.</summary>
[OptionsValidator]
internal sealed partial class StudioOptionsValidator : IValidateOptions<StudioOptions>;
