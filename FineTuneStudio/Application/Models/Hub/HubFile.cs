namespace FineTuneStudio.Application.Models.Hub;

/// <summary>A file of a repository, as the hub describes it.</summary>
/// <param name="Name">Plain name, or that of an additional template with its folder.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">Hash of a large file; <see langword="null"/> where the hub gives only git's.</param>
/// <param name="GitOid">Git's hash of a small file; <see langword="null"/> where there is <paramref name="Sha256"/>.</param>
internal sealed record HubFile(string Name, long Bytes, string? Sha256, string? GitOid);
