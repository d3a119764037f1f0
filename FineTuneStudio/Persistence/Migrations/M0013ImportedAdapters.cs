using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>Adapters that were made elsewhere.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0013_ImportedAdapters")]
internal sealed class M0013ImportedAdapters : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "ImportedAdapters",
            table => new
            {
                Id = table.Column<Guid>(),
                Name = table.Column<string>(maxLength: 200),
                Model = table.Column<string>(maxLength: 100),
                Origin = table.Column<string>(maxLength: 1000),
                BaseModelName = table.Column<string>(maxLength: 500),
                Bytes = table.Column<long>(),
                Sha256 = table.Column<string>(maxLength: 64),
                CreatedAt = table.Column<long>(),
                DeletedAt = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_ImportedAdapters", row => row.Id));
        migrationBuilder.CreateIndex("IX_ImportedAdapters_CreatedAt", "ImportedAdapters", "CreatedAt");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("ImportedAdapters");
}
