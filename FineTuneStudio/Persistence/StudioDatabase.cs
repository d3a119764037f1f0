using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace FineTuneStudio.Persistence;

/// <summary>Rows about things; the things themselves (files, weights, metrics) lie in the data directory.</summary>
internal sealed class StudioDatabase(DbContextOptions<StudioDatabase> options) : DbContext(options)
{
    public DbSet<DatasetEntity> Datasets => Set<DatasetEntity>();

    public DbSet<ModelEntity> Models => Set<ModelEntity>();

    public DbSet<ModelSpeedEntity> ModelSpeeds => Set<ModelSpeedEntity>();

    public DbSet<RunEntity> Runs => Set<RunEntity>();

    public DbSet<AdapterEntity> Adapters => Set<AdapterEntity>();

    public DbSet<ImportedAdapterEntity> ImportedAdapters => Set<ImportedAdapterEntity>();

    public DbSet<DraftEntity> Drafts => Set<DraftEntity>();

    public DbSet<SettingEntity> Settings => Set<SettingEntity>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
        => modelBuilder.ApplyConfigurationsFromAssembly(typeof(StudioDatabase).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
        // SQLite cannot sort DateTimeOffset; UTC milliseconds it can.
        => configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        moment => moment.ToUnixTimeMilliseconds(), value => DateTimeOffset.FromUnixTimeMilliseconds(value));
}
