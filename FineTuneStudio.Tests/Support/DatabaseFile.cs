using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Tests.Support;

/// <summary>The studio's database as a file of the test's own, without a studio around it.</summary>
internal sealed class DatabaseFile(string path) : IDbContextFactory<StudioDatabase>
{
    private readonly DbContextOptions<StudioDatabase> _options = Options(path);

    public StudioDatabase CreateDbContext() => new(_options);

    private static DbContextOptions<StudioDatabase> Options(string path)
    {
        var builder = new DbContextOptionsBuilder<StudioDatabase>();
        builder.UseStudioDatabase(postgreSql: "", path);
        return builder.Options;
    }
}
