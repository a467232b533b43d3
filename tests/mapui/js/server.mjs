// An installation that answers: a path and what it gives, a status or an object that becomes JSON.

import { createServer } from "node:http";

export async function serve(context, answers) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url, accept: request.headers.accept });
    const answer = answers[request.url];
    if (typeof answer === "number") {
      response.writeHead(answer).end();
    } else {
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    }
  });
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, answers };
}
